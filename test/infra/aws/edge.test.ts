/**
 * The certificate of the load balancer by each of the three ways, and the alerts about cost.
 */
import { makeBudget } from '../../../infra/aws/budget';
import { makeCertificate, type CertificateSettings } from '../../../infra/aws/edge';
import { recordProgram, type Recording } from '../record';
import { HUB_HANDOVER } from '../stand-in-outputs';
import { contextOf, HUB_ADDRESSES, HUB_DEMAND, HUB_SETTINGS, ofType, only } from './hub-and-spoke';

const RUN_MS = 60_000;
const CERTIFICATE = 'aws:acm/certificate:Certificate';

async function record(settings: CertificateSettings): Promise<Recording> {
  const hosts = ['metrics.example.com', 'grafana.example.com'].map((host) => ({ host, entrance: 'a/b' }));
  return recordProgram(() => {
    const context = contextOf(HUB_DEMAND, HUB_SETTINGS, HUB_ADDRESSES);
    const { arn, authority } = makeCertificate(context, hosts, settings);
    return { arn, ...(authority !== undefined && { authority }) };
  });
}

it(
  'is signed for all hosts by a private authority, which is handed over',
  async () => {
    const privateAuthorityArn = 'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/0';
    const recording = await record({ privateAuthorityArn });
    expect(only(recording, CERTIFICATE).inputs).toMatchObject({
      domainName: 'metrics.example.com',
      subjectAlternativeNames: ['grafana.example.com'],
      certificateAuthorityArn: privateAuthorityArn,
    });
    expect(recording.outputs).toEqual({
      arn: 'arn:aws:acm:eu-central-1:111122223333:hub-infra-certificate',
      authority: HUB_HANDOVER.zoneAuthority,
    });
  },
  RUN_MS,
);

it(
  'is validated by a record for each host, whatever the order of Amazon’s answer',
  async () => {
    const recording = await record({ publicZone: { id: 'Z0', name: 'example.com' } });
    expect(only(recording, CERTIFICATE).inputs).toMatchObject({ validationMethod: 'DNS' });
    expect(
      ofType(recording, 'aws:route53/record:Record').map(({ name, inputs }) => [
        name,
        inputs.name,
        inputs.type,
        inputs.records,
        inputs.zoneId,
      ]),
    ).toEqual(
      ['grafana', 'metrics'].map((host) => [
        `hub-infra-validates-${host}.example.com`,
        `_check.${host}.example.com`,
        'CNAME',
        ['_answer.example.com'],
        'Z0',
      ]),
    );
    expect(only(recording, 'aws:acm/certificateValidation:CertificateValidation').inputs).toMatchObject({
      certificateArn: 'arn:aws:acm:eu-central-1:111122223333:hub-infra-certificate',
    });
  },
  RUN_MS,
);

it('is the imported one', async () => {
  const importedArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/0';
  const recording = await record({ importedArn });
  expect(ofType(recording, CERTIFICATE)).toEqual([]);
  expect(recording.outputs).toEqual({ arn: importedArn });
});

it('tells of cost before it is spent, when it is, and when it will be', async () => {
  const recording = await recordProgram(() => {
    makeBudget(contextOf(HUB_DEMAND, HUB_SETTINGS, HUB_ADDRESSES), {
      monthlyUsd: 3000,
      notify: ['cost@example.com'],
    });
  });
  const notification = (notificationType: string, threshold: number): unknown => ({
    notificationType,
    threshold,
    thresholdType: 'PERCENTAGE',
    comparisonOperator: 'GREATER_THAN',
    subscriberEmailAddresses: ['cost@example.com'],
  });
  expect(only(recording, 'aws:budgets/budget:Budget').inputs).toMatchObject({
    budgetType: 'COST',
    timeUnit: 'MONTHLY',
    limitAmount: '3000',
    limitUnit: 'USD',
    notifications: [notification('ACTUAL', 80), notification('ACTUAL', 100), notification('FORECASTED', 100)],
  });
});
