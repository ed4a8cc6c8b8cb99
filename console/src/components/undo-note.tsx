import { Button, CloseButton, Group, Text } from '@mantine/core'
import { useState } from 'react'

/** What was done, and the way back. */
interface Done {
  words: string
  back: () => void
}

export interface Undo {
  done: Done | undefined
  offer: (words: string, back: () => void) => void
  close: () => void
}

/** What a person did last on a page, as long as it can be undone there. */
export function useUndo(): Undo {
  const [done, setDone] = useState<Done>()
  return { done, offer: (words, back) => setDone({ words, back }), close: () => setDone(undefined) }
}

/** Says what was done and takes it back. It stays until the page is left, so that nobody has to hurry. */
export function UndoNote({ undo: { done, close } }: { undo: Undo }) {
  function takeBack(): void {
    done?.back()
    close()
  }
  return (
    <div role="status">
      {done ? (
        <Group gap="xs" className="panel" p="xs">
          <Text size="sm" className="any-text">
            {done.words}
          </Text>
          {/* What had the focus is gone. */}
          <Button size="compact-sm" variant="default" autoFocus onClick={takeBack}>
            Undo
          </Button>
          <CloseButton size="sm" aria-label="Close the message" onClick={close} />
        </Group>
      ) : null}
    </div>
  )
}
