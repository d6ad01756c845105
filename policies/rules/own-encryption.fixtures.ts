import * as aws from '@pulumi/aws'
import type { Fixtures, Program } from '../testing/fixtures.ts'

/** Each makes one type; the flag says whether it is encrypted. */
type Make = (isOn: boolean) => unknown

const REST: Readonly<Record<string, Make>> = {
  atRestEncryptionEnabled: on =>
    new aws.appsync.ApiCache('it', {
      apiId: 'api',
      apiCachingBehavior: 'FULL_REQUEST_CACHING',
      ttl: 60,
      type: 'SMALL',
      atRestEncryptionEnabled: on,
    }),
  'storageEncrypted of DocumentDB': on => new aws.docdb.Cluster('it', { storageEncrypted: on }),
  'storageEncrypted of a global DocumentDB': on =>
    new aws.docdb.GlobalCluster('it', { globalClusterIdentifier: 'it', storageEncrypted: on }),
  'storageEncrypted of Neptune': on => new aws.neptune.Cluster('it', { storageEncrypted: on }),
  'storageEncrypted of a global Neptune': on =>
    new aws.neptune.GlobalCluster('it', { globalClusterIdentifier: 'it', storageEncrypted: on }),
  'storageEncrypted of a global database': on =>
    new aws.rds.GlobalCluster('it', { globalClusterIdentifier: 'it', storageEncrypted: on }),
  'encrypted volume': on =>
    new aws.ebs.Volume('it', { availabilityZone: 'eu-west-1a', encrypted: on }),
  'encrypted copy': on =>
    new aws.ebs.SnapshotCopy('it', {
      sourceRegion: 'us-east-1',
      sourceSnapshotId: 'snap-1',
      encrypted: on,
    }),
  'encrypted import': on =>
    new aws.ebs.SnapshotImport('it', { diskContainer: { format: 'VHD' }, encrypted: on }),
  'encrypted image': on =>
    new aws.ec2.AmiCopy('it', {
      sourceAmiId: 'ami-1',
      sourceAmiRegion: 'us-east-1',
      encrypted: on,
    }),
  'encrypted file system': on => new aws.efs.FileSystem('it', { encrypted: on }),
  rootVolumeEncryptionEnabled: on =>
    new aws.workspaces.Workspace('it', {
      bundleId: 'b',
      directoryId: 'd',
      userName: 'u',
      rootVolumeEncryptionEnabled: on,
      userVolumeEncryptionEnabled: true,
    }),
  userVolumeEncryptionEnabled: on =>
    new aws.workspaces.Workspace('it', {
      bundleId: 'b',
      directoryId: 'd',
      userName: 'u',
      rootVolumeEncryptionEnabled: true,
      userVolumeEncryptionEnabled: on,
    }),
  'encrypted warehouse': on =>
    new aws.redshift.Cluster('it', {
      clusterIdentifier: 'it',
      nodeType: 'ra3.large',
      encrypted: String(on),
    }),
  'serverSideEncryption of DAX': on =>
    new aws.dax.Cluster('it', {
      clusterName: 'it',
      iamRoleArn: 'arn:role',
      nodeType: 'dax.r5.large',
      replicationFactor: 1,
      ...(on && { serverSideEncryption: { enabled: true } }),
    }),
  'encryptAtRest of OpenSearch': on =>
    new aws.opensearch.Domain('it', { encryptAtRest: { enabled: on } }),
  'encryptAtRest of Elasticsearch': on =>
    new aws.elasticsearch.Domain('it', { encryptAtRest: { enabled: on } }),
  encryptionType: on => new aws.kinesis.Stream('it', { encryptionType: on ? 'KMS' : 'NONE' }),
  'serverSideEncryption of Firehose': on =>
    new aws.kinesis.FirehoseDeliveryStream('it', {
      destination: 'extended_s3',
      serverSideEncryption: { enabled: on },
    }),
  ebsEncryption: on =>
    new aws.drs.ReplicationConfigurationTemplate('it', {
      associateDefaultSecurityGroup: true,
      bandwidthThrottling: 0,
      createPublicIp: false,
      dataPlaneRouting: 'PRIVATE_IP',
      defaultLargeStagingDiskType: 'GP3',
      ebsEncryption: on ? 'DEFAULT' : 'NONE',
      pitPolicies: [],
      replicationServerInstanceType: 't3.small',
      replicationServersSecurityGroupsIds: [],
      stagingAreaSubnetId: 'subnet-1',
      stagingAreaTags: {},
      useDedicatedReplicationServer: false,
    }),
  encryptionConfig: on =>
    new aws.eks.Cluster('it', {
      roleArn: 'arn:role',
      vpcConfig: { subnetIds: [] },
      ...(on && {
        encryptionConfig: { provider: { keyArn: 'arn:key' }, resources: ['secrets'] },
      }),
    }),
  encryptionConfiguration: on =>
    new aws.athena.Database('it', {
      bucket: 'b',
      ...(on && { encryptionConfiguration: { encryptionOption: 'SSE_S3' } }),
    }),
}

const TRANSIT: Readonly<Record<string, Make>> = {
  'transitEncryptionEnabled of AppSync': on =>
    new aws.appsync.ApiCache('it', {
      apiId: 'api',
      apiCachingBehavior: 'FULL_REQUEST_CACHING',
      ttl: 60,
      type: 'SMALL',
      transitEncryptionEnabled: on,
    }),
  'transitEncryptionEnabled of Memcached': on =>
    new aws.elasticache.Cluster('it', { engine: 'memcached', transitEncryptionEnabled: on }),
  requireEncryption: on => new aws.chime.VoiceConnector('it', { requireEncryption: on }),
  enableInterContainerTrafficEncryption: on =>
    new aws.sagemaker.TrainingJob('it', {
      trainingJobName: 'it',
      roleArn: 'arn:role',
      enableInterContainerTrafficEncryption: on,
    }),
  'tlsEnabled of MemoryDB': on =>
    new aws.memorydb.Cluster('it', { aclName: 'a', nodeType: 'n', tlsEnabled: on }),
  'tlsEnabled of several regions': on =>
    new aws.memorydb.MultiRegionCluster('it', {
      multiRegionClusterNameSuffix: 'it',
      nodeType: 'n',
      tlsEnabled: on,
    }),
  inTransitEncryption: on =>
    new aws.datasync.EfsLocation('it', {
      efsFileSystemArn: 'arn:fs',
      ec2Config: { securityGroupArns: [], subnetArn: 'arn:subnet' },
      inTransitEncryption: on ? 'TLS1_2' : 'NONE',
    }),
  clusterEndpointEncryptionType: on =>
    new aws.dax.Cluster('it', {
      clusterName: 'it',
      iamRoleArn: 'arn:role',
      nodeType: 'dax.r5.large',
      replicationFactor: 1,
      clusterEndpointEncryptionType: on ? 'TLS' : 'NONE',
    }),
  sslMode: on =>
    new aws.dms.Endpoint('it', {
      endpointId: 'it',
      endpointType: 'source',
      engineName: 'postgres',
      sslMode: on ? 'verify-full' : 'none',
    }),
  'nodeToNodeEncryption of OpenSearch': on =>
    new aws.opensearch.Domain('it', { nodeToNodeEncryption: { enabled: on } }),
  'nodeToNodeEncryption of Elasticsearch': on =>
    new aws.elasticsearch.Domain('it', { nodeToNodeEncryption: { enabled: on } }),
  domainEndpointOptions: on =>
    new aws.opensearch.Domain('it', {
      nodeToNodeEncryption: { enabled: true },
      domainEndpointOptions: { enforceHttps: on },
    }),
  encryptionInfo: on =>
    new aws.msk.Cluster('it', {
      kafkaVersion: '3',
      numberOfBrokerNodes: 2,
      brokerNodeGroupInfo: { clientSubnets: [], instanceType: 'i', securityGroups: [] },
      encryptionInfo: { encryptionInTransit: { clientBroker: on ? 'TLS' : 'TLS_PLAINTEXT' } },
    }),
  'encryptionInfo between brokers': on =>
    new aws.msk.Cluster('it', {
      kafkaVersion: '3',
      numberOfBrokerNodes: 2,
      brokerNodeGroupInfo: { clientSubnets: [], instanceType: 'i', securityGroups: [] },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: on } },
    }),
  kafkaClusterEncryptionInTransit: on =>
    new aws.mskconnect.Connector('it', {
      capacity: {},
      connectorConfiguration: {},
      kafkaCluster: {
        apacheKafkaCluster: { bootstrapServers: 'b', vpc: { securityGroups: [], subnets: [] } },
      },
      kafkaClusterClientAuthentication: {},
      kafkaClusterEncryptionInTransit: { encryptionType: on ? 'TLS' : 'PLAINTEXT' },
      kafkaconnectVersion: '2',
      plugins: [],
      serviceExecutionRoleArn: 'arn:role',
    }),
  'tlsPolicy of a receipt': on =>
    new aws.ses.ReceiptRule('it', { ruleSetName: 'r', tlsPolicy: on ? 'Require' : 'Optional' }),
  'tlsPolicy of an entrance': on =>
    new aws.mailmanager.IngressPoint('it', {
      ruleSetId: 'r',
      trafficPolicyId: 't',
      type: 'OPEN',
      tlsPolicy: on ? 'REQUIRED' : 'OPTIONAL',
    }),
  sslProperties: on =>
    new aws.quicksight.DataSource('it', {
      dataSourceId: 'it',
      type: 'POSTGRESQL',
      parameters: {},
      sslProperties: { disableSsl: !on },
    }),
  tlsConfig: on =>
    new aws.apigateway.Integration('it', {
      httpMethod: 'GET',
      resourceId: 'r',
      restApi: 'a',
      type: 'HTTP_PROXY',
      tlsConfig: { insecureSkipVerification: !on },
    }),
}

/** What is accepted when on is what is found when off: the property by the first word of its name here. */
function fixturesFor(makes: Readonly<Record<string, Make>>, others: Record<string, Program>) {
  const fails: Record<string, Program[]> = {}
  for (const [name, make] of Object.entries(makes)) {
    const property = `${name.split(' ')[0]} is `
    fails[property] = [...(fails[property] ?? []), () => make(false)]
  }
  const passes = Object.fromEntries(
    Object.entries(makes).map(([name, make]): [string, Program] => [name, () => make(true)]),
  )
  return { passes: { ...passes, ...others }, fails }
}

export const ownEncryptionFixtures: Fixtures = {
  'Shop.EncryptionAtRest': fixturesFor(REST, {
    'a delivery that takes from a stream': () =>
      new aws.kinesis.FirehoseDeliveryStream('it', {
        destination: 'extended_s3',
        kinesisSourceConfiguration: { kinesisStreamArn: 'arn:s', roleArn: 'arn:r' },
      }),
  }),
  'Shop.EncryptionInTransit': fixturesFor(TRANSIT, {
    'a member of a group': () =>
      new aws.elasticache.Cluster('it', { engine: 'redis', replicationGroupId: 'group' }),
    'an endpoint that is an API': () =>
      new aws.dms.Endpoint('it', {
        endpointId: 'it',
        endpointType: 'target',
        engineName: 's3',
      }),
  }),
}
