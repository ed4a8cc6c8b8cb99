import { Autocomplete, Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'

import { useFocusBack } from '../../components/use-focus-back'
import { count } from '../../api/format'
import type { ColumnAction } from './column-header'
import { pastedColumn, type Step } from './edits'
import { meantBy } from './steps'

interface Props {
  action: ColumnAction
  column: string
  /** How many rows are shown, where a filter shows some of them; a column is pasted into these alone. */
  filtered: number | undefined
  /** The values of the column, where they are few: one of them fills its empty cells. */
  inColumn?: string[]
  onStep: (step: Step) => void
  onPaste: (texts: string[]) => void
  onClose: () => void
}

const TITLES: Record<ColumnAction, string> = {
  split: 'Split the column',
  replace: 'Replace a text in the column',
  map: 'Map values of the column',
  default: 'Fill empty cells of the column',
  paste: 'Paste a column',
}

/** What a change of a whole column needs to know. */
export function ColumnForm({ action, column, filtered, inColumn = [], onStep, onPaste, onClose }: Props) {
  useFocusBack()
  const [first, setFirst] = useState(action === 'split' ? ' ' : '')
  const [second, setSecond] = useState('')
  const pairs = pastedColumn(first).map((line) => line.split('=').map((part) => part.trim()))
  function done(event: FormEvent): void {
    event.preventDefault()
    if (action === 'paste') onPaste(pastedColumn(first))
    else onStep(stepOf(action, column, first, second, pairs))
    onClose()
  }
  return (
    <Modal opened onClose={onClose} title={`${TITLES[action]} ${column}`} centered>
      <form onSubmit={done}>
        <Stack gap="sm">
          {action === 'map' || action === 'paste' ? (
            <Textarea
              data-autofocus
              autosize
              minRows={5}
              maxRows={14}
              label={action === 'map' ? 'One line for each value' : 'The column, one line for each row'}
              description={action === 'map' ? 'As in: Fahrräder = bikes' : pasteWords(filtered)}
              value={first}
              onChange={(event) => setFirst(event.currentTarget.value)}
            />
          ) : action === 'default' ? (
            <Autocomplete
              data-autofocus
              label={LABELS[action]}
              description={otherWords(first, inColumn)}
              data={inColumn}
              value={first}
              onChange={setFirst}
            />
          ) : (
            <TextInput
              data-autofocus
              label={LABELS[action]}
              value={first}
              onChange={(event) => setFirst(event.currentTarget.value)}
            />
          )}
          {action === 'replace' ? (
            <TextInput
              label="With"
              placeholder="nothing"
              value={second}
              onChange={(event) => setSecond(event.currentTarget.value)}
            />
          ) : null}
          {action === 'split' ? (
            <Text size="sm" className="muted">
              Makes the columns {column} 1 and {column} 2; the column itself stays.
            </Text>
          ) : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!first}>
              {action === 'paste' ? `Paste ${count(pastedColumn(first).length, 'row')}` : 'Change the column'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

/** What is odd about a value that no other row of the column has; nothing where its values are many. */
export function otherWords(text: string, inColumn: string[]): string | undefined {
  if (!text.trim() || inColumn.length === 0 || inColumn.includes(text.trim())) return undefined
  const meant = meantBy(text, inColumn)
  return meant ? `No other row has it. ${meant}?` : 'No other row has it.'
}

/** Which cells a pasted column replaces. */
export const pasteWords = (filtered: number | undefined): string =>
  filtered === undefined
    ? 'It replaces the cells from the first row of the file on.'
    : `It replaces the cells of the ${count(filtered, 'row')} that ${filtered === 1 ? 'is' : 'are'} shown, from the first one on. All other rows stay as they are.`

const LABELS = { split: 'Split at', replace: 'Replace', default: 'Value for empty cells' }

function stepOf(
  kind: Exclude<ColumnAction, 'paste'>,
  column: string,
  first: string,
  second: string,
  pairs: string[][],
): Step {
  const step = { kind, column, text: first, search: '', values: {}, into: [] as string[] }
  if (kind === 'split') return { ...step, into: [`${column} 1`, `${column} 2`] }
  if (kind === 'replace') return { ...step, search: first, text: second }
  if (kind === 'map') {
    const values = Object.fromEntries(
      pairs.flatMap(([from, to]) => (from && to !== undefined ? [[from, to]] : [])),
    )
    return { ...step, text: '', values }
  }
  return step
}
