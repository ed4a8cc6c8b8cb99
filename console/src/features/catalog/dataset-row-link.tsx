import { Anchor } from '@mantine/core'

import type { Cell } from '../../api/format'
import { useCatalog } from './queries'
import { datasetRowAddress } from './row-query'

/** The words of a cell, as a link to the row of the dataset that its id names. */
export function DatasetRowLink({ column, value, text }: { column: string; value: Cell; text: string }) {
  const address = datasetRowAddress(useCatalog().data?.tables ?? [], column, value)
  if (!address) return text
  return (
    <Anchor inherit href={address}>
      {text}
    </Anchor>
  )
}
