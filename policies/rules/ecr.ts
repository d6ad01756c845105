import { fail, rule, type Rule, shown, stackRule } from '../rule.ts'

export const ecr: readonly Rule[] = [
  stackRule('ecr.Repository', {
    control: 'ECR.1',
    title: 'Images are scanned when they are pushed',
    severity: 'high',
    why: 'known holes in an image are deployed unseen',
    check: ({ inputs }, stack) => {
      const scan = inputs.imageScanningConfiguration?.scanOnPush
      // The registry's own setting goes before that of a repository.
      const scanned = stack
        .all('ecr.RegistryScanningConfiguration')
        .some(registry => (registry.inputs.rules ?? []).length > 0)
      return scan === true || scanned
        ? undefined
        : fail(
            'imageScanningConfiguration.scanOnPush',
            shown(scan),
            'imageScanningConfiguration: { scanOnPush: true }',
          )
    },
  }),
  rule('ecr.Repository', {
    control: 'ECR.2',
    title: 'Tags of images can not be moved',
    severity: 'medium',
    why: 'what was tested and what is deployed need not be the same',
    check: ({ inputs: { imageTagMutability } }) =>
      imageTagMutability?.startsWith('IMMUTABLE')
        ? undefined
        : fail('imageTagMutability', shown(imageTagMutability), "imageTagMutability: 'IMMUTABLE'"),
  }),
  stackRule('ecr.Repository', {
    control: 'ECR.3',
    title: 'Old images are removed by a rule',
    severity: 'medium',
    why: 'images with known holes stay deployable and cost money for ever',
    check: (repository, stack) =>
      stack.referrers(repository, 'ecr.LifecyclePolicy', 'repository').length > 0
        ? undefined
        : fail(
            'ecr.LifecyclePolicy',
            'of this repository is not in the stack',
            'new aws.ecr.LifecyclePolicy(…, { repository: repository.name, policy })',
          ),
  }),
]
