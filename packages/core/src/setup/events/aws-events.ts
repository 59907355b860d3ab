import type { SetupArtefact } from '@sluice/shared';
import { commands, jsonArtefact, shellWord } from '../setup-target.ts';
import { eventBridgeTemplate } from './event-bridge-template.ts';
import { eventBridgeTerraform } from './event-bridge-terraform.ts';
import { ASK_SECRET, accountOfRole, type EventTarget, eventNameOf } from './event-target.ts';

const TEMPLATE_FILE = 'sluice-events.template.json';
const BUCKET_FILE = 'sluice-bucket-notifications.json';

export const awsEventArtefacts = (target: EventTarget): SetupArtefact[] => {
  const bucket = shellWord(target.bucket);
  const region = shellWord(target.region);
  const name = eventNameOf(target);
  return [
    jsonArtefact(
      'cloudformation_template',
      'CloudFormation template: rule, API destination, dead-letter queue and role',
      TEMPLATE_FILE,
      eventBridgeTemplate(target),
    ),
    {
      name: 'terraform',
      title: 'Terraform of the same',
      format: 'hcl',
      fileName: 'sluice-events.tf',
      content: eventBridgeTerraform(target),
    },
    commands('Have the bucket send its events to EventBridge, beside what it sends already', [
      // Written anew as a whole by AWS, so what is there is read first and kept. Nothing at all is printed where there is nothing.
      `aws s3api get-bucket-notification-configuration --region ${region} --bucket ${bucket} > ${BUCKET_FILE}`,
      `test -s ${BUCKET_FILE} || echo '{}' > ${BUCKET_FILE}`,
      `jq '.EventBridgeConfiguration = {}' ${BUCKET_FILE} > ${BUCKET_FILE}.new`,
      `aws s3api put-bucket-notification-configuration --region ${region} --bucket ${bucket} --notification-configuration file://${BUCKET_FILE}.new`,
    ]),
    commands('Create the stack with the AWS CLI, in the region of the bucket', [
      ASK_SECRET,
      `aws cloudformation deploy --region ${region} --stack-name ${name} --template-file ${TEMPLATE_FILE} --capabilities CAPABILITY_IAM --parameter-overrides "EventSecret=$EVENT_SECRET"`,
    ]),
  ];
};

export const awsEventNotes = ({ roleArn, region, eventsUrl }: EventTarget): string[] => {
  const account = accountOfRole(roleArn);
  return [
    `The rule has to be in the region of the bucket (${region})${account === null ? '' : `, in account ${account}`}: events of another are refused.`,
    'A bucket has one notification configuration, which is written as a whole. The commands keep what is there; in Terraform, set `eventbridge = true` in the `aws_s3_bucket_notification` of the bucket, if it has one.',
    'Whoever creates the stack needs secretsmanager:CreateSecret besides: EventBridge keeps the secret of a connection there.',
    'After a rotation of the event secret run the last command again with the new one. EventBridge tries an event for 24 hours, so none is lost by it.',
    'What could not be delivered waits in the dead-letter queue for 14 days. It need not be sent again: the next listing finds the files.',
    ...(eventsUrl.startsWith('https:')
      ? []
      : ['EventBridge sends to https addresses only: the address of this installation has to be one.']),
  ];
};
