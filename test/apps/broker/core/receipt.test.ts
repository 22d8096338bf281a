import { formatReceipt, parseReceipt } from '../../../../apps/broker/core/receipt';

test('a receipt names its delivery', () => {
  expect(parseReceipt('abc', formatReceipt('abc', 3, 12345678901, 2))).toEqual({
    partition: 3,
    offset: 12345678901,
    attempt: 2,
  });
});

test.each(['', 'x', '1-2-3', '1-2-3-other', '-2-3-abc', '1-2-3-abc-', '1-2-3-4-abc'])(
  '%j is no receipt of this process',
  (text) => {
    expect(parseReceipt('abc', text)).toBeUndefined();
  },
);

test('what is no number is no offset', () => {
  expect(parseReceipt('abc', '1-x-3-abc')?.offset).toBeNaN();
});
