/**
 * `npm run docs -- --check`: the committed pages are what the environments give today.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertsPage } from '../../docs/alerts-page';
import { environmentPage } from '../../docs/environment-page/page';
import { servicesPage } from '../../docs/services-page';
import { ENVIRONMENTS } from '../../stacks/environments';

const FOLDER = join(__dirname, '../../docs/environments');

test('each environment has its page, and no page is of an environment that is gone', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    Object.keys(ENVIRONMENTS)
      .map((name) => `${name}.md`)
      .sort(),
  );
});

test.each(Object.entries(ENVIRONMENTS))(
  'the page of %s is up to date (else: npm run docs)',
  (name, environment) => {
    expect(readFileSync(join(FOLDER, `${name}.md`), 'utf8')).toBe(environmentPage(name, environment));
  },
);

test("the page of the services' variables is up to date (else: npm run docs)", () => {
  expect(readFileSync(join(FOLDER, '../services.md'), 'utf8')).toBe(servicesPage());
});

test('the page of all alerts is up to date (else: npm run docs)', () => {
  expect(readFileSync(join(FOLDER, '../alerts.md'), 'utf8')).toBe(alertsPage(ENVIRONMENTS));
});
