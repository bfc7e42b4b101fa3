import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Network } from '../network/network.ts';
import { createProvisioner, type Provisioner } from './provisioner.ts';

export interface DatabaseArgs {
  network: Network;
  instanceClass: string;
  allocatedStorageGiB: number;
  /** Whether a standby in another zone takes over when the instance fails. */
  multiAz: boolean;
  backupRetentionDays: number;
  /** Whether the instance refuses to be deleted; without it no final snapshot is kept either. */
  deletionProtection: boolean;
  /** How long CloudWatch keeps the provisioner's logs. */
  logRetentionInDays: number;
}

const PORT = 5433;

/**
 * One Postgres server for the databases of all services. Its master password is made, kept and rotated by RDS; only the
 * provisioner reads it.
 */
export class Database extends pulumi.ComponentResource {
  readonly address: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly resourceId: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly provisioner: Provisioner;

  constructor(name: string, args: DatabaseArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:database:Database', name, {}, opts);
    const securityGroup = new aws.ec2.SecurityGroup(
      name,
      { vpcId: args.network.vpcId, description: 'Postgres' },
      { parent: this },
    );
    const instance = createInstance(this, name, { ...args, securityGroupId: securityGroup.id });

    this.address = instance.address;
    this.port = instance.port;
    this.resourceId = instance.resourceId;
    this.securityGroupId = securityGroup.id;
    this.provisioner = createProvisioner(this, `${name}-provisioner`, { ...args, instance, securityGroup });
    this.registerOutputs({ address: this.address, port: this.port });
  }
}

type InstanceArgs = DatabaseArgs & { securityGroupId: pulumi.Output<string> };

function createInstance(parent: pulumi.Resource, name: string, args: InstanceArgs): aws.rds.Instance {
  const subnetGroup = new aws.rds.SubnetGroup(name, { subnetIds: args.network.privateSubnetIds }, { parent });
  return new aws.rds.Instance(
    name,
    {
      engine: 'postgres',
      engineVersion: '18',
      autoMinorVersionUpgrade: true,
      instanceClass: args.instanceClass,
      multiAz: args.multiAz,
      parameterGroupName: createParameterGroup(parent, name).name,
      ...storageOf(args),
      username: 'fairlead_admin',
      manageMasterUserPassword: true,
      iamDatabaseAuthenticationEnabled: true,
      port: PORT,
      dbSubnetGroupName: subnetGroup.name,
      vpcSecurityGroupIds: [args.securityGroupId],
      publiclyAccessible: false,
      enabledCloudwatchLogsExports: ['postgresql', 'upgrade'],
      deletionProtection: args.deletionProtection,
    },
    { parent, protect: args.deletionProtection },
  );
}

function storageOf(args: InstanceArgs) {
  return {
    storageType: 'gp3',
    allocatedStorage: args.allocatedStorageGiB,
    storageEncrypted: true,
    backupRetentionPeriod: args.backupRetentionDays,
    copyTagsToSnapshot: true,
    ...(args.deletionProtection
      ? { skipFinalSnapshot: false, finalSnapshotIdentifier: `fairlead-${pulumi.getStack()}-final` }
      : { skipFinalSnapshot: true }),
  };
}

function createParameterGroup(parent: pulumi.Resource, name: string): aws.rds.ParameterGroup {
  return new aws.rds.ParameterGroup(
    name,
    {
      family: 'postgres18',
      parameters: [
        { name: 'rds.force_ssl', value: '1' },
        { name: 'log_min_duration_statement', value: '1000' },
      ],
    },
    { parent },
  );
}
