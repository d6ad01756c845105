import * as aws from '@pulumi/aws'

/** As little as the type wants. */
export const database = (args: Partial<aws.rds.InstanceArgs>): aws.rds.Instance =>
  new aws.rds.Instance('db', {
    instanceClass: 'db.t4g.micro',
    allocatedStorage: 20,
    engine: 'postgres',
    ...args,
  })
