import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const repository = (args: aws.ecr.RepositoryArgs) => new aws.ecr.Repository('images', args)
const with_ = (args: aws.ecr.RepositoryArgs) => () => repository(args)

export const ecrFixtures: Fixtures = {
  'ECR.1': {
    passes: {
      'its own setting': with_({ imageScanningConfiguration: { scanOnPush: true } }),
      "the registry's": () => {
        repository({})
        new aws.ecr.RegistryScanningConfiguration('scan', {
          scanType: 'ENHANCED',
          rules: [
            {
              scanFrequency: 'SCAN_ON_PUSH',
              repositoryFilters: [{ filter: '*', filterType: 'WILDCARD' }],
            },
          ],
        })
      },
    },
    fails: {
      'imageScanningConfiguration.scanOnPush is not set': with_({}),
      'imageScanningConfiguration.scanOnPush is false': with_({
        imageScanningConfiguration: { scanOnPush: false },
      }),
    },
  },
  'ECR.2': {
    passes: { immutable: with_({ imageTagMutability: 'IMMUTABLE' }) },
    fails: {
      'imageTagMutability is not set': with_({}),
      'imageTagMutability is "MUTABLE"': with_({ imageTagMutability: 'MUTABLE' }),
    },
  },
  'ECR.3': {
    passes: {
      'a rule': () => {
        new aws.ecr.LifecyclePolicy('old', {
          repository: repository({}).name,
          policy: { rules: [] },
        })
      },
    },
    fails: {
      'ecr.LifecyclePolicy of this repository is not in the stack': () => {
        repository({})
        new aws.ecr.LifecyclePolicy('old', { repository: 'another', policy: { rules: [] } })
      },
    },
  },
}
