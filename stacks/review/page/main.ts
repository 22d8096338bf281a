/** The review page: reads the document that is embedded in it, and shows the view that the address names. */
import type { ReviewDocument } from '../review-document';

const element = document.getElementById('review');
const review = JSON.parse(element?.textContent ?? '{}') as ReviewDocument;
document.title = review.environment;
