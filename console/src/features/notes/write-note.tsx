import { Button, Popover, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import { useMay } from '../../api/queries'
import { Failed } from '../../components/states'
import { day } from '../../formats/moments'
import { useWriteNote } from './notes'

const MOST = 300

/** Writes what happened on a day; every chart over time marks it. */
export function WriteNote() {
  const [isOpen, setOpen] = useState(false)
  const [on, setOn] = useState('')
  const [text, setText] = useState('')
  const [written, setWritten] = useState('')
  const write = useWriteNote()
  const isComplete = on !== '' && text.trim() !== ''
  if (!useMay('uploader')) return null
  function submit(event: React.FormEvent): void {
    event.preventDefault()
    if (!isComplete) return
    write.mutate(
      { noted_on: on, note: text },
      {
        onSuccess: (note) => {
          setWritten(`Noted on ${day(note.noted_on)}.`)
          setText('')
          setOpen(false)
        },
      },
    )
  }
  return (
    <>
      <Text size="sm" role="status">
        {written}
      </Text>
      <Popover opened={isOpen} onChange={setOpen} position="bottom-end" trapFocus withinPortal={false}>
        <Popover.Target>
          <Button size="compact-sm" variant="default" onClick={() => setOpen(!isOpen)}>
            Note on a day
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Note on a day">
          <Stack component="form" gap="xs" w={260} onSubmit={submit}>
            <TextInput
              type="date"
              size="xs"
              label="Day"
              data-autofocus
              value={on}
              onChange={(event) => setOn(event.currentTarget.value)}
            />
            <TextInput
              size="xs"
              label="What happened"
              placeholder="flood in the warehouse"
              maxLength={MOST}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Text size="xs" className="muted">
              Every chart with this day marks it, with your name and the time.
            </Text>
            <Button size="xs" type="submit" disabled={!isComplete} loading={write.isPending}>
              Write the note
            </Button>
            {write.error ? <Failed error={write.error} what="The note" isAction /> : null}
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </>
  )
}
