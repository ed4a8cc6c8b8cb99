import { Button, Group, Text, UnstyledButton } from '@mantine/core'

import { count } from '../../api/format'
import { Moment } from '../../components/moment'
import { type LastStatement, MAX_DAYS } from './last-statements'

interface Props {
  statements: LastStatement[]
  /** Writes a statement into the editor. */
  onChoose: (sql: string) => void
}

/** The statements that the person ran last in this browser, each with its time and rows, and those that they left for another. */
export function StatementHistory({ statements, onChoose }: Props) {
  if (statements.length === 0) return null
  return (
    <details>
      <summary>Your last statements</summary>
      <Text size="xs" className="muted" mt={4}>
        A click writes a statement into the editor; what it replaces is kept here. They stay in this browser
        for {MAX_DAYS} days, or until you sign out.
      </Text>
      <ul className="history" aria-label="Last statements">
        {statements.map(({ sql, at, rows, hasMore }) => (
          <li key={sql}>
            <UnstyledButton className="any-text" title={sql} onClick={() => onChoose(sql)}>
              <code>{inOneLine(sql)}</code>
            </UnstyledButton>{' '}
            <Text size="xs" span className="muted">
              <Moment at={new Date(at).toISOString().slice(0, -1)} />, {hasMore ? 'more than ' : ''}
              {rows === undefined ? 'without an answer' : count(rows, 'row')}
            </Text>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** A statement that the person wrote and did not run before the page opened with another one. */
export const LeftStatement = ({ sql, onChoose }: { sql: string; onChoose: () => void }) => (
  <Group gap="xs">
    <Text size="sm" className="any-text" title={sql}>
      You wrote another statement, which has not run: <code>{inOneLine(sql)}</code>
    </Text>
    <Button size="compact-sm" variant="default" onClick={onChoose}>
      Write it into the editor
    </Button>
  </Group>
)

const MAX_SHOWN = 120

function inOneLine(sql: string): string {
  const line = sql.trim().replace(/\s+/g, ' ')
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN - 1)}…` : line
}
