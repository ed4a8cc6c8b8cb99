import { Alert, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'

import { bytes, count, csvLine, download, seconds, whole } from '../../api/format'
import type { Result } from '../../api/queries'
import { Grid } from '../../components/grid'
import { Empty } from '../../components/states'
import { AnswerChart } from './answer-chart'

const VIEWS = ['table', 'chart'] as const
export type View = (typeof VIEWS)[number]

interface Props {
  result: Result
  seconds: number
  view: View
  onView: (view: View) => void
}

/** The rows of an answer as a table or a chart, with what they cost. */
export function Answer({ result, seconds: took, view, onView }: Props) {
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" data-testid="query-summary">
          {count(result.rows.length, 'row')} in {seconds(took)}, {bytes(result.query.scanned_bytes)} scanned,
          ${result.query.cost_usd}
        </Text>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            data={[...VIEWS]}
            value={view}
            onChange={onView}
            aria-label="View of the answer"
          />
          <Button size="compact-sm" variant="default" onClick={() => save(result)}>
            Download CSV
          </Button>
        </Group>
      </Group>
      {result.complete ? null : (
        <Alert color="yellow">
          Only the first {whole(result.rows.length)} rows are shown. Narrow the statement to see the others.
        </Alert>
      )}
      {result.rows.length === 0 ? (
        <Empty>The answer has no rows.</Empty>
      ) : view === 'chart' ? (
        <AnswerChart key={result.query.query_id} result={result} />
      ) : (
        <Grid
          columns={result.columns}
          rows={{ length: result.rows.length, at: (index) => result.rows[index] }}
          height={520}
          label="Answer"
        />
      )}
    </Stack>
  )
}

function save(result: Result): void {
  download('answer.csv', [csvLine(result.columns.map((one) => one.name)), ...result.rows.map(csvLine)])
}
