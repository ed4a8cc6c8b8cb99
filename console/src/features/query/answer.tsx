import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useEffect } from 'react'

import { bytes, count, csvLine, download, seconds, usd } from '../../api/format'
import { PAGE_ROWS, type Result } from '../../api/queries'
import { Grid } from '../../components/grid'
import { Empty, Failed } from '../../components/states'
import { AnswerChart } from './answer-chart'
import { isComplete, MOST_ROWS, type Reading, useReading } from './reading'

const VIEWS = ['table', 'chart'] as const
export type View = (typeof VIEWS)[number]

/** As many rows as a chart reads by itself: some seconds of pages. */
const CHART_ROWS = 20_000

interface Props {
  result: Result
  seconds: number
  view: View
  onView: (view: View) => void
}

/** The rows of an answer as a table or a chart, with what they cost. The first page is shown at once; the table reads on while one scrolls. */
export function Answer({ result: first, seconds: took, view, onView }: Props) {
  const reading = useReading(first)
  const { result, isReading, readTo } = reading
  const { rows } = result
  const saveAll = () => void readTo(MOST_ROWS).then((all) => all && save(all))
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" data-testid="query-summary">
          {isComplete(result) ? '' : 'The first '}
          {count(rows.length, 'row')} in {seconds(took)}, {bytes(result.query.scanned_bytes)} scanned,{' '}
          {usd(result.query.cost_usd)}
        </Text>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            data={[...VIEWS]}
            value={view}
            onChange={onView}
            aria-label="View of the answer"
          />
          <Button size="compact-sm" variant="default" disabled={isReading} onClick={saveAll}>
            Download CSV
          </Button>
        </Group>
      </Group>
      <More reading={reading} isChart={view === 'chart'} />
      {rows.length === 0 ? (
        <Empty>The statement is correct, and no row fits it. Change its conditions.</Empty>
      ) : view === 'chart' ? (
        <ReadChart reading={reading} />
      ) : (
        <Grid
          columns={result.columns}
          rows={{ length: rows.length, at: (index) => rows[index] }}
          height={520}
          label="Answer"
          isComplete={isComplete(result)}
          onNearEnd={() => !isReading && void readTo(Math.min(rows.length + PAGE_ROWS, MOST_ROWS))}
        />
      )}
    </Stack>
  )
}

/** How much of an answer is not read yet, and the button that reads it. */
function More({
  reading: { result, isReading, error, readTo, stop },
  isChart,
}: {
  reading: Reading
  isChart: boolean
}) {
  const left = isChart ? 'The chart shows these rows only.' : 'Scroll to read more.'
  if (error)
    return <Failed error={error} what="Reading more rows" isAction onRetry={() => void readTo(MOST_ROWS)} />
  if (isComplete(result)) return null
  if (result.rows.length >= MOST_ROWS)
    return (
      <Text size="sm">
        The answer has more rows than a browser can keep. Narrow the statement to see the others.
      </Text>
    )
  return (
    <Group gap="xs">
      <Text size="sm" role="status">
        {isReading ? `${count(result.rows.length, 'row')} read …` : `The answer has more rows. ${left}`}
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => (isReading ? stop() : void readTo(MOST_ROWS))}
      >
        {isReading ? 'Stop reading' : 'Read all rows'}
      </Button>
    </Group>
  )
}

/** A chart adds rows up, so it reads as many as take some seconds. */
function ReadChart({ reading: { settled, readTo } }: { reading: Reading }) {
  useEffect(() => {
    void readTo(CHART_ROWS)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for the first page; later pages are asked for by the person
  }, [])
  return <AnswerChart result={settled} />
}

function save(result: Result): void {
  download('answer.csv', [csvLine(result.columns.map((one) => one.name)), ...result.rows.map(csvLine)])
}
