/** The /20 blocks of a VPC's subnets, one per availability zone. */
export interface SubnetBlocks {
  public: string[];
  private: string[];
}

/** Where the private blocks start; a zone that is added later takes the next block and moves none. */
const FIRST_PRIVATE_SLOT = 8;

/** Cuts a /16 block into public and private /20 blocks for a number of zones (at most 8). */
export function cutSubnetBlocks(cidrBlock: string, availabilityZones: number): SubnetBlocks {
  const [first, second] = cidrBlock.split('.');
  const block = (slot: number) => `${first}.${second}.${slot * 16}.0/20`;
  const zones = Array.from({ length: availabilityZones }, (_, index) => index);
  return { public: zones.map(block), private: zones.map((index) => block(FIRST_PRIVATE_SLOT + index)) };
}
