import { Anchor, Stack, Text } from '@mantine/core'

import { tableAddress } from '../../formats/addresses'
import { count } from '../../api/format'
import type { Result } from '../query/results'
import { scanWords } from '../query/scan-words'
import { useContract } from '../catalog/queries'
import { Answered } from '../../components/states'
import { heading } from '../../formats/words'

/** The statement behind a panel, and what it cost to ask. */
export function Statement({ sql, answer }: { sql: string; answer: Result }) {
  return (
    <Stack gap="xs">
      <pre className="sql scroll" tabIndex={0}>
        {sql}
      </pre>
      <Text size="xs" className="muted">
        {count(answer.rows.length, 'row')}; {scanWords(answer.query)}
      </Text>
    </Stack>
  )
}

/** The definitions of an answer's columns, as the contract of its table has them. */
export function Definition({ table, system, columns }: { table: string; system: string; columns: string[] }) {
  const contract = useContract('prod', table)
  return (
    <Answered of={contract} what="the contract">
      {(detail) => (
        <Stack gap="xs">
          <Text size="sm">
            <Anchor href={tableAddress(system, table)}>{heading(table)}</Anchor>: {detail.description}
          </Text>
          <dl style={{ margin: 0 }}>
            {detail.column_list
              .filter((column) => columns.includes(column.name))
              .map((column) => (
                <div key={column.name}>
                  <dt style={{ fontWeight: 600 }} title={column.name}>
                    {heading(column.name, column.unit)}
                  </dt>
                  <dd
                    className="muted"
                    style={{ margin: '0 0 4px 0', fontSize: 'var(--mantine-font-size-sm)' }}
                  >
                    {column.description}
                  </dd>
                </div>
              ))}
          </dl>
        </Stack>
      )}
    </Answered>
  )
}
