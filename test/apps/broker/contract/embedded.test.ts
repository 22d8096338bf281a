import { closeBrokers, startBroker } from '../broker-client';
import { brokerContract, CONTRACT_VARIABLES } from './suite';

jest.setTimeout(60_000);

describe('the embedded engine keeps the contract', () => {
  afterAll(closeBrokers);
  brokerContract(async () => {
    const { app } = await startBroker(CONTRACT_VARIABLES);
    return app.listen({ host: '127.0.0.1', port: 0 });
  });
});
