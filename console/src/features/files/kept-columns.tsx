import { Anchor, Text } from '@mantine/core'

import { count } from '../../api/format'
import { inSeries } from '../../formats/words'

/** Columns of a file that its dataset does not have: their values are kept as text, and can become columns later. */
export function KeptColumns({ names = [], dataset }: { names: string[] | undefined; dataset: string }) {
  if (names.length === 0) return null
  const isOne = names.length === 1
  return (
    <Text size="sm" role="note" className="any-text">
      {count(names.length, 'new column')}: {inSeries(names)}. {isOne ? 'Its' : 'Their'} values are kept as
      text in the column new_columns, which SQL reads. To make {isOne ? 'a column' : 'columns'} of{' '}
      {isOne ? 'it' : 'them'}, add {isOne ? 'it' : 'them'} to the{' '}
      <Anchor href={`#/datasets/${encodeURIComponent(dataset)}`}>contract of the dataset</Anchor>: the values
      follow once the file is replayed.
    </Text>
  )
}
