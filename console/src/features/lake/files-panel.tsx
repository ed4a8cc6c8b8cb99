import { Anchor, Button, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { useContracts } from '../catalog/queries'
import { useFiles } from '../files/queries'
import { Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { stateWords } from '../../formats/states'
import { heading } from '../../formats/words'
import { DataFiles } from '../files/data-files'
import { pagesOf } from '../files/file-list'

const REFUSED = 'rows_refused'

const STATES = [
  'done',
  REFUSED,
  'processing',
  'rejected',
  'needs_mapping',
  'failed',
  'skipped_duplicate',
  'reverted',
  'ignored',
  'waiting',
  'profiled',
]

/** Files by the minute of their arrival, newest first; files of one delivery by their keys. */
function byArrival(files: Schemas['FileSummary'][]): Schemas['FileSummary'][] {
  const minute = ({ received_at: at }: Schemas['FileSummary']) => at.slice(0, 'YYYY-MM-DDTHH:MM'.length)
  return files.toSorted(
    (one, other) => minute(other).localeCompare(minute(one)) || one.key.localeCompare(other.key),
  )
}

/** All files of the lake, newest first. Its filters are in the address. */
export function FilesPanel() {
  const [search, setSearch] = useSearchParams()
  const filter = {
    name: search.get('name') ?? '',
    state: search.get('state') ?? '',
    dataset: search.get('dataset') ?? '',
  }
  const files = useFiles(
    filter.state === REFUSED ? { name: filter.name, dataset: filter.dataset, refused: true } : filter,
  )
  const contracts = useContracts()
  const [typed, setTyped] = useState(filter.name)
  const set = (part: keyof typeof filter, value: string | null) =>
    setSearch(
      (before) => {
        if (value) before.set(part, value)
        else before.delete(part)
        return before
      },
      { replace: true },
    )
  const setName = useDebouncedCallback((name: string) => set('name', name), 300)
  const clear = () => {
    setTyped('')
    setSearch(
      (before) => {
        for (const part of Object.keys(filter)) before.delete(part)
        return before
      },
      { replace: true },
    )
  }
  const datasets = (contracts.data?.contracts ?? []).filter(({ zone }) => zone === 'source')
  return (
    <Panel
      title="Files"
      actions={
        <Group gap="xs">
          <TextInput
            size="xs"
            placeholder="name contains"
            aria-label="Name contains"
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value)
              setName(event.currentTarget.value)
            }}
          />
          <Select
            size="xs"
            w={150}
            placeholder="any dataset"
            aria-label="Dataset"
            clearable
            searchable
            data={datasets.map(({ name }) => ({ value: name, label: heading(name) }))}
            value={filter.dataset || null}
            onChange={(dataset) => set('dataset', dataset)}
          />
          <Select
            size="xs"
            w={150}
            placeholder="any state"
            aria-label="State"
            clearable
            data={STATES.map((state) => ({ value: state, label: stateWords(state) }))}
            value={filter.state || null}
            onChange={(state) => set('state', state)}
          />
        </Group>
      }
    >
      <Answered of={files} what="the files">
        {(answer) => {
          const all = byArrival(answer.pages.flatMap((page) => page.files))
          if (all.length > 0)
            return <DataFiles files={all} isLake showsAll={Boolean(filter.state)} pages={pagesOf(files)} />
          return Object.values(filter).some(Boolean) ? (
            <Group gap={0}>
              <Empty>No file fits the filter.</Empty>
              <Button size="compact-sm" variant="default" onClick={clear}>
                Clear the filter
              </Button>
            </Group>
          ) : (
            <Empty>
              No file has arrived yet. <Anchor href="#/upload">Upload one</Anchor>
            </Empty>
          )
        }}
      </Answered>
    </Panel>
  )
}
