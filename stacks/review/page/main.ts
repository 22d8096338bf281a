/** The review page: reads the document that is embedded in it, and shows the view that the address names. */
import type { ReviewDocument } from '../review-document';
import type { View as ViewName } from './address';
import { contextOf, type View } from './context';
import { route } from './router';
import { shell } from './shell';
import { accessView } from './views/access';
import { alertView } from './views/alert';
import { alertsView } from './views/alerts';
import { changesView } from './views/changes';
import { componentView } from './views/component';
import { componentsView } from './views/components';
import { connectionView } from './views/connection';
import { connectionsView } from './views/connections';
import { dashboardsView } from './views/dashboards';
import { exceptionsView } from './views/exceptions';
import { findingsView } from './views/findings';
import { flowView } from './views/flow';
import { imagesView } from './views/images';
import { objectView } from './views/object';
import { objectsView } from './views/objects';
import { secretsView } from './views/secrets';
import { summaryView } from './views/summary';

const VIEWS: Readonly<Record<ViewName, View>> = {
  summary: summaryView,
  flow: flowView,
  changes: changesView,
  components: componentsView,
  component: componentView,
  connections: connectionsView,
  connection: connectionView,
  images: imagesView,
  secrets: secretsView,
  access: accessView,
  exceptions: exceptionsView,
  findings: findingsView,
  alerts: alertsView,
  alert: alertView,
  dashboards: dashboardsView,
  objects: objectsView,
  object: objectView,
};

const element = document.getElementById('review');
const review = JSON.parse(element?.textContent ?? '{}') as ReviewDocument;
const open = (hash: string): void => {
  location.hash = hash;
};
route(contextOf(review, open), shell(review, open), VIEWS);
