import { Anchor } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { queryAddress } from '../../formats/sql'
import { useCatalog } from './queries'

interface Props {
  name: string
  contents: Pick<Schemas['TableContents'], 'rows' | 'question' | 'statement' | 'asks'> | undefined
}

/** A question about a dataset or table to begin with: a saved one in its words, one from the kinds of its columns, else its first rows. */
export function AskLink({ name, contents }: Props) {
  const table = useCatalog().data?.tables.find((one) => one.name === name)
  if (contents?.question)
    return (
      <Anchor size="sm" href={`#/query?question=${encodeURIComponent(contents.question)}`}>
        {contents.asks}
      </Anchor>
    )
  if (contents?.statement)
    return (
      <Anchor size="sm" href={queryAddress(contents.statement)}>
        {contents.asks}
      </Anchor>
    )
  if (!table || !contents?.rows) return null
  const sql = `SELECT *\nFROM ${table.database}.${table.name}\nLIMIT 100`
  return (
    <Anchor size="sm" href={queryAddress(sql)}>
      Show its first rows
    </Anchor>
  )
}
