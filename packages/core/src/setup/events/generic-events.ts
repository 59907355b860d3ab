import type { SetupArtefact } from '@sluice/shared';
import { commands, jsonArtefact, shellWord } from '../setup-target.ts';
import { ASK_SECRET, type EventTarget, eventNameOf } from './event-target.ts';

const TOPIC_FILE = 'sluice-topic.json';
const NOTIFICATION_FILE = 'sluice-notification.json';

/** What stands in a URL for the secret; `commands` below put it there, percent-encoded. */
const SECRET_PLACE = 'EVENT_SECRET';

/** For MinIO, which sends the secret as bearer token, and Ceph, which sends it as the password of the address. */
export const genericEventArtefacts = (target: EventTarget): SetupArtefact[] => {
  const { bucket, endpoint, inputPrefix, eventsUrl } = target;
  const name = eventNameOf(target);
  // MinIO's name of a target; letters, digits and underscores do everywhere.
  const minio = name.replaceAll('-', '_');
  const at = shellWord(endpoint ?? 'https://ENDPOINT');
  const prefix = inputPrefix === '' ? '' : ` --prefix ${shellWord(inputPrefix)}`;
  return [
    commands('MinIO: send what is put into the folder', [
      ASK_SECRET,
      `mc admin config set ALIAS notify_webhook:${minio} endpoint=${shellWord(eventsUrl)} auth_token="Bearer $EVENT_SECRET" queue_dir=/var/lib/minio-events queue_limit=100000`,
      'mc admin service restart ALIAS',
      `mc event add ALIAS/${shellWord(bucket)} arn:minio:sqs::${minio}:webhook --event put${prefix}`,
    ]),
    jsonArtefact('event_topic', 'Ceph: the topic', TOPIC_FILE, {
      'push-endpoint': withPassword(eventsUrl),
      persistent: 'true',
      'verify-ssl': 'true',
    }),
    jsonArtefact('bucket_notification', 'Ceph: what the bucket sends to the topic', NOTIFICATION_FILE, {
      TopicConfigurations: [
        {
          Id: name,
          TopicArn: `arn:aws:sns:default::${name}`,
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: inputPrefix }] } },
        },
      ],
    }),
    commands('Ceph: create both, as the owner of the bucket', [
      ASK_SECRET,
      `sed -i "s|:${SECRET_PLACE}@|:$(printf %s "$EVENT_SECRET" | sed 's|/|%2F|g; s|+|%2B|g; s|=|%3D|g')@|" ${TOPIC_FILE}`,
      `aws sns create-topic --endpoint-url ${at} --region default --name ${name} --attributes file://${TOPIC_FILE}`,
      `aws s3api put-bucket-notification-configuration --endpoint-url ${at} --bucket ${shellWord(bucket)} --notification-configuration file://${NOTIFICATION_FILE}`,
    ]),
  ];
};

const withPassword = (url: string): string => url.replace('://', `://sluice:${SECRET_PLACE}@`);

export const genericEventNotes = (): string[] => [
  'MinIO keeps events that could not be delivered in queue_dir, which has to be a directory the server can write to.',
  'Ceph sends the secret as the password of the address (Basic). It takes such a topic over https only; the topic file then holds the secret, so delete it.',
  'Ceph’s region of a topic is the name of its zone group, "default" unless it was named otherwise. A bucket has one notification configuration: add ours to yours if there is one.',
  'Without `persistent` Ceph delivers while the upload waits, and only once.',
  'Other servers that post S3 event `Records` send the secret as bearer token (`Authorization: Bearer whsec_…`) or as `x-api-key`.',
];
