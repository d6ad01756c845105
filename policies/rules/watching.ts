import { isGiven } from '../not-evaluated.ts'
import { fail, rule, type Rule, shown, stackRule, wants } from '../rule.ts'

const A_YEAR = 365

const ALARMS = ['cloudwatch.MetricAlarm', 'cloudwatch.CompositeAlarm'] as const

/** The set `extra`: logs and alarms. */
export const watching: readonly Rule[] = [
  rule(ALARMS, {
    control: 'CloudWatch.15',
    title: 'Alarms tell somebody',
    severity: 'high',
    why: 'an alarm without an action is seen by who happens to look',
    check: ({ inputs: { alarmActions = [] } }) =>
      alarmActions.length > 0
        ? undefined
        : fail('alarmActions', 'is empty', 'alarmActions: [topic.arn]'),
  }),
  rule(ALARMS, {
    control: 'CloudWatch.17',
    title: 'Actions of alarms are switched on',
    severity: 'high',
    why: 'the alarm goes off and nobody is told',
    check: ({ inputs: { actionsEnabled } }) =>
      actionsEnabled === false
        ? fail('actionsEnabled', 'is false', 'actionsEnabled: true')
        : undefined,
  }),
  rule('cloudwatch.LogGroup', {
    control: 'CloudWatch.16',
    title: 'Logs are kept for at least a year',
    severity: 'medium',
    why: 'an intrusion is found after months, and its beginning is gone',
    // Zero, and no value at all, mean for ever.
    check: ({ inputs: { retentionInDays = 0 } }) =>
      retentionInDays === 0 || retentionInDays >= A_YEAR
        ? undefined
        : fail('retentionInDays', shown(retentionInDays), `retentionInDays: ${A_YEAR}`),
  }),
  stackRule('wafv2.WebAcl', {
    control: 'WAF.11',
    title: 'Firewalls log what they stop',
    severity: 'low',
    why: 'nobody can tell an attack from customers who were refused by mistake',
    check: (acl, stack) =>
      stack.referrers(acl, 'wafv2.WebAclLoggingConfiguration', 'resourceArn').length > 0
        ? undefined
        : fail(
            'wafv2.WebAclLoggingConfiguration',
            'of this firewall is not in the stack',
            'new aws.wafv2.WebAclLoggingConfiguration(…, { resourceArn: acl.arn, logDestinationConfigs })',
          ),
  }),
  stackRule('lb.LoadBalancer', {
    control: 'ELB.16',
    title: 'A firewall stands before each load balancer',
    severity: 'medium',
    why: 'floods and known attacks reach the services',
    applies: ({ inputs: { loadBalancerType = 'application' } }) =>
      loadBalancerType === 'application',
    check: (balancer, stack) =>
      stack.referrers(balancer, 'wafv2.WebAclAssociation', 'resourceArn').length > 0
        ? undefined
        : fail(
            'wafv2.WebAclAssociation',
            'of this load balancer is not in the stack',
            'new aws.wafv2.WebAclAssociation(…, { resourceArn: balancer.arn, webAclArn })',
          ),
  }),
  rule('kms.Key', {
    control: 'KMS.4',
    title: 'Keys change by themselves',
    severity: 'medium',
    why: 'everything is protected by the same bytes for ever',
    // Asymmetric keys and those for codes can not rotate.
    applies: ({ inputs: { customerMasterKeySpec = 'SYMMETRIC_DEFAULT' } }) =>
      customerMasterKeySpec === 'SYMMETRIC_DEFAULT',
    check: ({ inputs }) => wants(inputs, 'enableKeyRotation', true),
  }),
  rule('sns.Topic', {
    control: 'SNS.1',
    title: 'Topics are encrypted by a key of KMS',
    severity: 'medium',
    why: 'who gets at the storage can read all messages',
    check: ({ inputs }) =>
      !isGiven(inputs, 'kmsMasterKeyId')
        ? fail('kmsMasterKeyId', 'is not set', 'kmsMasterKeyId: key.arn')
        : undefined,
  }),
  rule('ecr.Repository', {
    control: 'ECR.5',
    title: 'Image repositories are encrypted by a key of yours',
    severity: 'medium',
    why: 'nobody can take the key away from who copied the images',
    check: ({ inputs: { encryptionConfigurations = [] } }) =>
      encryptionConfigurations.some(
        by => by.encryptionType?.startsWith('KMS') && isGiven(by, 'kmsKey'),
      )
        ? undefined
        : fail(
            'encryptionConfigurations',
            'names no key',
            "encryptionConfigurations: [{ encryptionType: 'KMS', kmsKey: key.arn }]; changing it replaces the repository",
          ),
  }),
]
