import { describe, expect, it } from 'vitest';
import { cutSubnetBlocks } from './subnet-blocks.ts';

describe('the blocks of subnets', () => {
  it('lie in the block of the VPC and do not overlap', () => {
    expect(cutSubnetBlocks('10.20.0.0/16', 3)).toEqual({
      public: ['10.20.0.0/20', '10.20.16.0/20', '10.20.32.0/20'],
      private: ['10.20.128.0/20', '10.20.144.0/20', '10.20.160.0/20'],
    });
  });

  it('stay where they are when a zone is added', () => {
    const [two, three] = [cutSubnetBlocks('10.0.0.0/16', 2), cutSubnetBlocks('10.0.0.0/16', 3)];
    expect(three.public.slice(0, 2)).toEqual(two.public);
    expect(three.private.slice(0, 2)).toEqual(two.private);
  });
});
