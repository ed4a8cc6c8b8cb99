import { Text } from '@mantine/core'

import { withWayBack } from '../../api/commands'
import type { Schemas } from '../../api/client'
import { Advice } from '../../components/advice'
import { Counts } from './counts'
import { undoneWords } from './undo-words'

interface Props {
  file: Schemas['FileDetail']
  /** Whether the page says above, beside the way back, that the upload is undone. */
  isSaidAbove?: boolean
}

/** The rows of an undone file by outcome, as history, and who can bring them back. */
export function BeforeUndo({ file, isSaidAbove = false }: Props) {
  const { before_undo: rows, error } = file
  return (
    <>
      {rows && !isSaidAbove ? <Text size="sm">{undoneWords(file)}</Text> : null}
      {rows ? (
        <>
          <Text size="sm" className="muted">
            Before the undo the file had:
          </Text>
          <Counts of={{ ...rows, warned: [] }} />
        </>
      ) : null}
      {error ? (
        <Text size="sm">
          <Advice text={`${withWayBack(error.remedy)}.`} />
        </Text>
      ) : null}
    </>
  )
}
