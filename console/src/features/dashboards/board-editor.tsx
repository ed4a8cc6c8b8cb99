import { ActionIcon, Autocomplete, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import { Panel } from '../../components/panel'
import { Failed } from '../../components/states'
import type { KeptQuestion } from '../query/saved-questions'
import {
  boardName,
  type Draft,
  isReserved,
  kindsOf,
  missingOf,
  moved,
  ofKind,
  ofWidth,
  type PanelAsked,
  panelOf,
} from './board-draft'
import { useRefusedFigures } from './refused-figures'
import { useWriteBoard } from './written-boards'

interface Props {
  start: Draft
  /** The dashboard that is edited; undefined for a new one. */
  system?: string
  /** The person's questions, of which further panels are made. */
  questions: KeptQuestion[]
  onWritten: (system: string) => void
  onCancel: () => void
}

/** Writes a dashboard for everybody: its title, and its panels in their order. */
export function BoardEditor({ start, system, questions, onWritten, onCancel }: Props) {
  const [draft, setDraft] = useState(start)
  const write = useWriteBoard(system)
  const { title, panels } = draft
  const refused = useRefusedFigures(panels)
  const missing =
    missingOf(draft) || (refused.some((words) => words !== '') ? 'Correct the panel above first.' : '')
  const setPanels = (next: PanelAsked[]) => setDraft({ ...draft, panels: next })
  function press(event: React.FormEvent): void {
    event.preventDefault()
    if (!missing) write.mutate(draft, { onSuccess: () => onWritten(system ?? boardName(title)) })
  }
  return (
    <Panel title={system ? 'Edit the dashboard' : 'A dashboard for everybody'} name="Dashboard editor">
      <Stack component="form" gap="sm" onSubmit={press}>
        <TextInput
          label="Title"
          size="xs"
          maw={420}
          maxLength={120}
          data-autofocus
          value={title}
          error={
            isReserved(title)
              ? "The title Mine is reserved for a person's own dashboard. Choose another title."
              : undefined
          }
          onChange={(event) => setDraft({ ...draft, title: event.currentTarget.value })}
        />
        <ol className="board-panels" aria-label="Panels">
          {panels.map((panel, place) => (
            <OnePanel
              key={place}
              panel={panel}
              refused={refused[place] ?? ''}
              onChange={(next) => setPanels(panels.with(place, next))}
              onMove={(by) => setPanels(moved(panels, place, by))}
              onRemove={() => setPanels(panels.toSpliced(place, 1))}
            />
          ))}
        </ol>
        {questions.length > 0 ? (
          <Select
            label="Add a question of mine"
            placeholder="Choose one"
            size="xs"
            maw={420}
            searchable
            value={null}
            data={questions.map(({ name }) => name)}
            onChange={(name) => {
              const question = questions.find((each) => each.name === name)
              if (question) setPanels([...panels, panelOf(question)])
            }}
          />
        ) : null}
        <Group gap="xs">
          <Button size="xs" type="submit" disabled={missing !== ''} loading={write.isPending}>
            {system ? 'Save for everybody' : 'Publish for everybody'}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={onCancel}>
            Cancel
          </Button>
          <Text size="xs" className="muted">
            {missing} Everybody who may read the lake sees it, each with their own rights. Each change is a
            version.
          </Text>
        </Group>
        {write.error ? <Failed error={write.error} what="The dashboard" isAction /> : null}
      </Stack>
    </Panel>
  )
}

/** Units that change how a figure is written; any other word stands behind it. */
const UNITS = ['currency', 'share', 'percent', 'days']

/** The width of a panel on the page; a phone shows each panel in full width. */
const WIDTHS = [
  { value: '', label: 'usual' },
  { value: 'half', label: 'half' },
  { value: 'full', label: 'full' },
]

interface PanelProps {
  panel: PanelAsked
  /** Why its answer is no figure; empty where it is one, or is to be none. */
  refused: string
  onChange: (panel: PanelAsked) => void
  onMove: (by: -1 | 1) => void
  onRemove: () => void
}

function OnePanel({ panel, refused, onChange, onMove, onRemove }: PanelProps) {
  const buttons = [
    { sign: '↑', words: 'Earlier', press: () => onMove(-1) },
    { sign: '↓', words: 'Later', press: () => onMove(1) },
    { sign: '✕', words: 'Remove', press: onRemove },
  ]
  return (
    <li>
      <Group gap="xs" align="end" wrap="wrap">
        <TextInput
          size="xs"
          label="Question"
          w={{ base: '100%', sm: 360 }}
          maxLength={200}
          value={panel.name}
          onChange={(event) => onChange({ ...panel, name: event.currentTarget.value })}
        />
        <Select
          size="xs"
          label="Shown as"
          w={120}
          allowDeselect={false}
          data={kindsOf(panel)}
          value={panel.kind}
          onChange={(kind) => kind && onChange(ofKind(panel, kind))}
        />
        <Select
          size="xs"
          label="Width"
          w={110}
          allowDeselect={false}
          data={WIDTHS}
          value={panel.width ?? ''}
          onChange={(width) => onChange(ofWidth(panel, width as PanelAsked['width']))}
        />
        <Autocomplete
          size="xs"
          label="Unit"
          placeholder="none"
          w={130}
          data={UNITS}
          value={panel.unit}
          onChange={(unit) => onChange({ ...panel, unit })}
        />
        {buttons.map(({ sign, words, press }) => (
          <ActionIcon
            key={words}
            variant="default"
            size="md"
            aria-label={`${words}: ${panel.name}`}
            onClick={press}
          >
            {sign}
          </ActionIcon>
        ))}
      </Group>
      {refused ? (
        <Text size="xs" c="red" role="alert">
          {refused}
        </Text>
      ) : null}
    </li>
  )
}
