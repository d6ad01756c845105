import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const alarm = (args: Partial<aws.cloudwatch.MetricAlarmArgs>) => () =>
  new aws.cloudwatch.MetricAlarm('alarm', {
    comparisonOperator: 'GreaterThanThreshold',
    evaluationPeriods: 1,
    ...args,
  })
const composite = (args: Partial<aws.cloudwatch.CompositeAlarmArgs>) => () =>
  new aws.cloudwatch.CompositeAlarm('alarm', { alarmName: 'all', alarmRule: 'TRUE', ...args })

const TOLD = { alarmActions: ['arn:aws:sns:eu-west-1:1:alarms'] }

const logs = (retentionInDays?: number) => () =>
  new aws.cloudwatch.LogGroup('logs', retentionInDays === undefined ? {} : { retentionInDays })

const visibilityConfig = {
  cloudwatchMetricsEnabled: true,
  metricName: 'm',
  sampledRequestsEnabled: true,
}
const acl = () =>
  new aws.wafv2.WebAcl('acl', { scope: 'REGIONAL', defaultAction: { allow: {} }, visibilityConfig })

const balancer = (args: aws.lb.LoadBalancerArgs = {}) => new aws.lb.LoadBalancer('edge', args)

const key = (args: aws.kms.KeyArgs) => () => new aws.kms.Key('key', args)

const repository =
  (...encryptionConfigurations: { encryptionType?: string; kmsKey?: string }[]) =>
  () =>
    new aws.ecr.Repository('images', { encryptionConfigurations })

export const watchingFixtures: Fixtures = {
  'CloudWatch.15': {
    passes: { told: alarm(TOLD), 'of several': composite(TOLD) },
    fails: {
      'alarmActions is empty': [
        alarm({}),
        alarm({ alarmActions: [] }),
        alarm({ okActions: TOLD.alarmActions }),
        composite({}),
      ],
    },
  },
  'CloudWatch.16': {
    passes: { 'a year': logs(365), 'for ever': logs(0), 'for ever by default': logs() },
    fails: { 'retentionInDays is 30': logs(30), 'retentionInDays is 180': logs(180) },
  },
  'CloudWatch.17': {
    passes: { 'by default': alarm({}), told: composite({ actionsEnabled: true }) },
    fails: {
      'actionsEnabled is false': [
        alarm({ actionsEnabled: false }),
        composite({ actionsEnabled: false }),
      ],
    },
  },
  'WAF.11': {
    passes: {
      logged: () =>
        new aws.wafv2.WebAclLoggingConfiguration('log', {
          resourceArn: acl().arn,
          logDestinationConfigs: ['arn:aws:logs:log'],
        }),
    },
    fails: {
      'wafv2.WebAclLoggingConfiguration of this firewall is not in the stack': [
        acl,
        () => {
          acl()
          new aws.wafv2.WebAclLoggingConfiguration('log', {
            resourceArn: 'another',
            logDestinationConfigs: ['arn:aws:logs:log'],
          })
        },
      ],
    },
  },
  'ELB.16': {
    passes: {
      'a firewall': () =>
        new aws.wafv2.WebAclAssociation('wall', {
          resourceArn: balancer().arn,
          webAclArn: acl().arn,
        }),
      'a network load balancer, which can not have one': () =>
        balancer({ loadBalancerType: 'network' }),
    },
    fails: {
      'wafv2.WebAclAssociation of this load balancer is not in the stack': () => balancer(),
    },
  },
  'KMS.4': {
    passes: {
      rotated: key({ enableKeyRotation: true }),
      'a key that can not': key({ customerMasterKeySpec: 'RSA_2048' }),
    },
    fails: {
      'enableKeyRotation is not set': key({}),
      'enableKeyRotation is false': key({ enableKeyRotation: false }),
    },
  },
  'SNS.1': {
    passes: { 'a key': () => new aws.sns.Topic('topic', { kmsMasterKeyId: 'alias/topic' }) },
    fails: {
      'kmsMasterKeyId is not set': [
        () => new aws.sns.Topic('topic'),
        () => new aws.sns.Topic('topic', { kmsMasterKeyId: '' }),
      ],
    },
  },
  'ECR.5': {
    passes: { 'a key': repository({ encryptionType: 'KMS', kmsKey: 'arn:aws:kms:key' }) },
    fails: {
      'encryptionConfigurations names no key': [
        repository(),
        repository({ encryptionType: 'AES256' }),
        repository({ encryptionType: 'KMS' }),
      ],
    },
  },
}
