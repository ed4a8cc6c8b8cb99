import { Anchor, Text, Title } from '@mantine/core'
import { Fragment } from 'react'

import type { Schemas } from '../../api/client'
import { useTable } from '../catalog/queries'
import { day } from '../../formats/moments'
import { useHealth } from '../lake/queries'
import { heading } from '../../formats/words'
import { tablesIn } from './schema-words'

interface Props {
  sql: string
  /** The saved question with the statement; undefined for a statement of one's own. */
  question: string | undefined
  tables: Schemas['CatalogTable'][]
}

/** What was asked, of which tables, as of when; the page of a table says how far its figures may be trusted. */
export function AnswerOrigin({ sql, question, tables }: Props) {
  // Tables have a day of their own; datasets have that of the lake, once after the last of them.
  const read = tablesIn(sql, tables).toSorted((one, other) => Number(!one.system) - Number(!other.system))
  const asOf = useHealth().data?.as_of
  return (
    <div>
      {question ? (
        <Title order={2} size="h5">
          {question}
        </Title>
      ) : null}
      {read.length > 0 ? (
        <Text size="xs" className="muted" data-answer-origin>
          From{' '}
          {read.map((table, at) => (
            <Fragment key={`${table.database}.${table.name}`}>
              {at > 0 ? ', ' : ''}
              <Origin table={table} />
            </Fragment>
          ))}
          {asOf && read.at(-1)?.system === '' ? ` as of ${day(asOf)}` : ''}
        </Text>
      ) : null}
    </div>
  )
}

function Origin({ table: { name, system } }: { table: Schemas['CatalogTable'] }) {
  const detail = useTable(system, name)
  const page = system
    ? `#/tables/${encodeURIComponent(system)}/${encodeURIComponent(name)}`
    : `#/datasets/${encodeURIComponent(name)}`
  const asOf = detail.data?.as_of
  return (
    <>
      <Anchor inherit href={page}>
        {heading(name)}
      </Anchor>
      {asOf ? ` as of ${day(asOf)}` : ''}
    </>
  )
}
