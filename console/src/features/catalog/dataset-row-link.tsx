import { Anchor } from '@mantine/core'

import type { Cell } from '../../api/format'
import { useCatalog } from './queries'
import { idAddress } from './row-query'

interface Props {
  column: string
  value: Cell
  text: string
  /** The table of the cell, where an id of no dataset links to all of its rows with the id. */
  table?: string
}

/** The words of a cell, as a link to the row of the dataset that its id names. */
export function DatasetRowLink({ column, value, text, table = '' }: Props) {
  const tables = useCatalog().data?.tables ?? []
  const address = idAddress(tables, table, column, value)
  if (!address) return text
  return (
    <Anchor inherit href={address}>
      {text}
    </Anchor>
  )
}
