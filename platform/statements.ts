import type { Input } from '@pulumi/pulumi'

/** One statement of an IAM policy, as AWS writes it. */
export interface Statement {
  Sid: string
  Effect: 'Allow' | 'Deny'
  Action: string | readonly string[]
  Resource?: Input<string> | readonly Input<string>[]
  /** In place of `Resource`: everything but these. */
  NotResource?: Input<string> | readonly Input<string>[]
  Principal?: '*' | Readonly<Record<string, Input<string> | readonly Input<string>[]>>
  Condition?: Readonly<
    Record<string, Readonly<Record<string, Input<string> | readonly Input<string>[]>>>
  >
}

/** Refuses whoever does not speak TLS. */
export const onlyTls = (action: string, resource: Input<string>): Statement => ({
  Sid: 'RefusePlainHttp',
  Effect: 'Deny',
  Principal: '*',
  Action: action,
  Resource: resource,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
})

/** Lets an AWS service take on a role. */
export const trust = (service: string, condition?: Statement['Condition']) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: service },
      ...(condition && { Condition: condition }),
    },
  ],
})
