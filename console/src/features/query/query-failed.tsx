import { Alert, Button, Group, Text } from '@mantine/core'

import { ApiProblem } from '../../api/client'
import { Advice } from '../../components/advice'
import { Failed } from '../../components/states'
import { RunFirst } from '../files/next-step'
import { helpOf, repairsOf } from './repairs'
import { lineOf, type LineOfError } from './schema-words'

interface Props {
  error: unknown
  sql: string
  onRetry: () => void
  onRepair: (sql: string) => void
}

/** Why a query failed, and the names that are like the one that does not exist: a click runs it with that name. */
export function QueryFailed({ error, sql, onRetry, onRepair }: Props) {
  if (!(error instanceof Error)) return <Failed error={error} what="The query" isAction onRetry={onRetry} />
  const { words, offers } = repairsOf(error.message, sql)
  if (NO_TABLE_YET.test(words)) return <NoTableYet words={words} onRetry={onRetry} />
  // A statement that fails by itself fails again: only another failure has a button to try again.
  if (words === error.message && !isOfStatement(error))
    return <Failed error={error} what="The query" isAction onRetry={onRetry} />
  const line = lineOf(error.message, sql)
  return (
    <Alert color="red" title="The statement cannot be answered" role="alert">
      <Text size="sm" component="div">
        <Advice text={words} />
      </Text>
      {line ? (
        <Text size="sm" component="div" mt={4}>
          Line {line.number}: <Marked {...line} />
        </Text>
      ) : null}
      {offers.length > 0 ? (
        <Group gap="xs" mt="xs">
          {offers.map((offer) => (
            <Button key={offer.name} size="compact-sm" variant="default" onClick={() => onRepair(offer.sql)}>
              Run it with {offer.name}
            </Button>
          ))}
        </Group>
      ) : (
        <Help words={words} more={helpOf(error.message)} />
      )}
    </Alert>
  )
}

/** A sentence after another one: it says what to do. */
const HAS_REMEDY = /[.!?] [A-Z`][^.]*[.?]?$/

/** What to do about a statement, unless its message has said so. */
function Help({ words, more }: { words: string; more: string }) {
  const text = HAS_REMEDY.test(words) ? more : `Correct the statement, then run it again. ${more}`
  return text ? (
    <Text size="sm" mt={4} className="muted">
      {text}
    </Text>
  ) : null
}

/** A line of a statement with the word that the error is about. */
function Marked({ text, marked }: LineOfError) {
  if (!marked) return <code>{text.trim()}</code>
  return (
    <code>
      {text.slice(0, marked.from).trimStart()}
      <mark>{text.slice(marked.from, marked.until)}</mark>
      {text.slice(marked.until).trimEnd()}
    </code>
  )
}

/** As the API says of a dataset that no run has merged. */
const NO_TABLE_YET = / is new and has no table yet/

/** A new dataset, whose table is made by a run. */
function NoTableYet({ words, onRetry }: { words: string; onRetry: () => void }) {
  return (
    <Alert color="blue" title="The dataset has no table yet" role="alert">
      <RunFirst isSecond={false} words={{ next: words, during: 'The run that makes the table' }} />
      <Button mt="xs" size="compact-sm" variant="default" onClick={onRetry}>
        Try again
      </Button>
    </Alert>
  )
}

const REFUSED = 422

/** Whether the statement itself was refused, rather than that something failed on the way. */
const isOfStatement = (error: Error): boolean =>
  (error instanceof ApiProblem && error.status === REFUSED) ||
  /cannot be resolved|does not exist|not found|mismatched input|missing|must be|only read|syntax|begins no statement|not Athena SQL|statements were given/i.test(
    error.message,
  )
