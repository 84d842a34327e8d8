import { parseMetrics, sumOf } from './metric-samples.ts';

const TEXT = `# HELP lag Input records.
# TYPE lag gauge
lag{stage="scoring",partition="0"} 12
lag{stage="scoring",partition="1"} 30
lag{stage="allocator",partition="1"} 1e2
# TYPE quiet counter
up 1
why{text="a \\"b\\", c=d"} 2
`;

test('samples are summed by the labels that are asked for', () => {
  const scrape = parseMetrics(TEXT);
  expect(sumOf(scrape, 'lag')).toBe(142);
  expect(sumOf(scrape, 'lag', { stage: 'scoring' })).toBe(42);
  expect(sumOf(scrape, 'lag', { stage: 'scoring', partition: '1' })).toBe(30);
  expect(sumOf(scrape, 'lag', { stage: 'ingest' })).toBe(0);
  expect(sumOf(scrape, 'up')).toBe(1);
});

test('a label may hold quotes, commas and signs of equality', () => {
  expect(parseMetrics(TEXT).samples.find(({ name }) => name === 'why')).toEqual({
    name: 'why',
    labels: { text: 'a \\"b\\", c=d' },
    value: 2,
  });
});

test('a metric without a sample is known, and one that is not there is not', () => {
  const { known } = parseMetrics(TEXT);
  expect(known.has('quiet')).toBe(true);
  expect(known.has('loud')).toBe(false);
});
