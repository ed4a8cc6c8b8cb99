import { NativeSelect, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { DayInput } from '../../components/day-input'
import { useMay } from '../../api/queries'
import { FormPopover } from '../../components/form-popover'
import { day } from '../../formats/moments'
import { placeOf } from './note-place'
import { useWriteNote } from './notes'

const MOST = 300

/** What the note lacks, which is why it cannot be written yet. */
const missingWords = (on: string, text: string): string =>
  on === ''
    ? text.trim()
      ? 'Choose its day.'
      : 'Choose a day, and say what happened.'
    : 'Say what happened.'

interface Props {
  dashboard: Pick<Schemas['Dashboard'], 'system' | 'title'>
  /** Its charts over time. */
  panels: Pick<Schemas['Panel'], 'name' | 'question'>[]
}

/** Writes what happened on a day; the charts over time of the dashboard mark it, or those that the person chooses. */
export function WriteNote({ dashboard, panels }: Props) {
  const [on, setOn] = useState('')
  const [text, setText] = useState('')
  const [place, setPlace] = useState(placeOf(dashboard.system))
  const write = useWriteNote()
  if (!useMay('uploader')) return null
  async function send(): Promise<string> {
    const note = await write.mutateAsync({ noted_on: on, note: text, shown_on: place })
    setText('')
    return `Noted on ${day(note.noted_on)}.`
  }
  return (
    <FormPopover
      label="Note on a day"
      submit="Write the note"
      what="The note"
      isComplete={on !== '' && text.trim() !== ''}
      missing={missingWords(on, text)}
      onSubmit={send}
    >
      <DayInput
        size="xs"
        label="Day"
        placeholder="for example 6 Dec 2010"
        isFocused
        value={on}
        onChange={setOn}
      />
      <TextInput
        size="xs"
        label="What happened"
        placeholder="for example a flood in the warehouse"
        maxLength={MOST}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        label="Marked by"
        data={[
          { value: placeOf(dashboard.system), label: `the charts of ${dashboard.title}` },
          ...panels.map(({ name, question }) => ({
            value: placeOf(dashboard.system, name),
            label: question,
          })),
          { value: '', label: 'every chart of the lake' },
        ]}
        value={place}
        onChange={(event) => setPlace(event.currentTarget.value)}
      />
      <Text size="xs" className="muted">
        A chart with this day marks it, with your name and the time.
      </Text>
    </FormPopover>
  )
}
