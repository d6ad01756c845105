import { isGiven } from '../not-evaluated.ts'
import { notOff, on, switchOf } from '../reading/switches.ts'
import type { Rule } from '../rule.ts'

const IN_TRANSIT = {
  control: 'Shop.EncryptionInTransit',
  title: 'What can be sent encrypted is',
  severity: 'high',
  why: 'who listens in the network can read and change it',
  remediation:
    'https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/protecting-data-in-transit.html',
} as const

/** Encryption on the way wherever a type offers it and no control of AWS asks for it. */
export const encryptionInTransit: readonly Rule[] = [
  on(IN_TRANSIT, 'appsync.ApiCache', 'transitEncryptionEnabled'),
  on(IN_TRANSIT, 'chime.VoiceConnector', 'requireEncryption'),
  on(IN_TRANSIT, 'sagemaker.TrainingJob', 'enableInterContainerTrafficEncryption'),
  notOff(IN_TRANSIT, 'memorydb.Cluster', 'tlsEnabled'),
  notOff(IN_TRANSIT, 'memorydb.MultiRegionCluster', 'tlsEnabled'),
  switchOf(
    IN_TRANSIT,
    'elasticache.Cluster',
    'transitEncryptionEnabled',
    inputs => inputs.transitEncryptionEnabled,
    [true],
    'transitEncryptionEnabled: true; Redis and Valkey as a ReplicationGroup',
    // Members of a group take after it.
    ({ inputs }) => !isGiven(inputs, 'replicationGroupId'),
  ),
  switchOf(
    IN_TRANSIT,
    'datasync.EfsLocation',
    'inTransitEncryption',
    inputs => inputs.inTransitEncryption,
    ['TLS1_2'],
    "inTransitEncryption: 'TLS1_2'",
  ),
  switchOf(
    IN_TRANSIT,
    'dax.Cluster',
    'clusterEndpointEncryptionType',
    inputs => inputs.clusterEndpointEncryptionType,
    ['TLS'],
    "clusterEndpointEncryptionType: 'TLS'",
  ),
  switchOf(
    IN_TRANSIT,
    'dms.Endpoint',
    'sslMode',
    inputs => inputs.sslMode,
    ['require', 'verify-ca', 'verify-full'],
    "sslMode: 'verify-full'",
    // Services of AWS are reached by their API, which is HTTPS.
    ({ inputs }) => !['s3', 'kinesis', 'dynamodb', 'opensearch'].includes(inputs.engineName ?? ''),
  ),
  switchOf(
    IN_TRANSIT,
    'opensearch.Domain',
    'nodeToNodeEncryption',
    inputs => inputs.nodeToNodeEncryption?.enabled,
    [true],
    'nodeToNodeEncryption: { enabled: true }',
  ),
  switchOf(
    IN_TRANSIT,
    'elasticsearch.Domain',
    'nodeToNodeEncryption',
    inputs => inputs.nodeToNodeEncryption?.enabled,
    [true],
    'nodeToNodeEncryption: { enabled: true }',
  ),
  switchOf(
    IN_TRANSIT,
    'opensearch.Domain',
    'domainEndpointOptions',
    inputs => inputs.domainEndpointOptions?.enforceHttps,
    // The provider's default.
    [true, undefined],
    'domainEndpointOptions: { enforceHttps: true }',
  ),
  switchOf(
    IN_TRANSIT,
    'msk.Cluster',
    'encryptionInfo',
    ({ encryptionInfo: info }) =>
      info?.encryptionInTransit?.inCluster === false
        ? 'inCluster: false'
        : info?.encryptionInTransit?.clientBroker,
    ['TLS', undefined],
    "encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } }",
  ),
  switchOf(
    IN_TRANSIT,
    'mskconnect.Connector',
    'kafkaClusterEncryptionInTransit',
    inputs => inputs.kafkaClusterEncryptionInTransit?.encryptionType,
    ['TLS'],
    "kafkaClusterEncryptionInTransit: { encryptionType: 'TLS' }",
  ),
  switchOf(
    IN_TRANSIT,
    'ses.ReceiptRule',
    'tlsPolicy',
    inputs => inputs.tlsPolicy,
    ['Require'],
    "tlsPolicy: 'Require'",
  ),
  switchOf(
    IN_TRANSIT,
    'mailmanager.IngressPoint',
    'tlsPolicy',
    inputs => inputs.tlsPolicy,
    ['REQUIRED', 'FIPS', undefined],
    "tlsPolicy: 'REQUIRED'",
  ),
  switchOf(
    IN_TRANSIT,
    'quicksight.DataSource',
    'sslProperties',
    inputs => inputs.sslProperties?.disableSsl,
    [false, undefined],
    'sslProperties: { disableSsl: false }',
  ),
  switchOf(
    IN_TRANSIT,
    'apigateway.Integration',
    'tlsConfig',
    inputs => inputs.tlsConfig?.insecureSkipVerification,
    [false, undefined],
    'tlsConfig: { insecureSkipVerification: false }',
  ),
]
