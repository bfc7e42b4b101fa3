CREATE TABLE products (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  sku text NOT NULL CONSTRAINT products_sku_key UNIQUE,
  name text NOT NULL,
  description text NOT NULL,
  category text NOT NULL,
  price_amount integer NOT NULL CHECK (price_amount >= 0),
  price_currency text NOT NULL CHECK (price_currency ~ '^[A-Z]{3}$'),
  picture_url text,
  stock integer NOT NULL CHECK (stock >= 0),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  search tsvector NOT NULL GENERATED ALWAYS AS (
    to_tsvector('english', sku || ' ' || name || ' ' || category || ' ' || description)
  ) STORED
);

-- Pages of a category run along this index; pages of everything run along the primary key.
CREATE INDEX products_category_id ON products (category, id);

CREATE INDEX products_search ON products USING gin (search);
