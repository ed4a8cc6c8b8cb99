import { Alert, Anchor, Button, Group, Text } from '@mantine/core'
import { Fragment } from 'react'

import type { Schemas } from '../../api/client'
import { Moment } from '../../components/moment'
import { inSeries } from '../../formats/words'
import { DUPLICATE } from '../files/repeat'
import { listsWithoutDataset, partWords } from './part-words'

type Parts = Pick<Schemas['DryRun'], 'parts_in_lake' | 'part_rows'>
type OpenPart = Parts & Pick<Schemas['DryRun'], 'parts_read'>

/** The parts of a file that came in before, each with its file and since when. */
function Listed({ of: { parts_in_lake: parts, part_rows: rows } }: { of: Parts }) {
  return parts.map(({ name, file_id, since }, at) => (
    <Fragment key={name}>
      {at === 0 ? '' : ', '}
      <Anchor inherit href={`#/files/${encodeURIComponent(file_id)}`}>
        {partWords(name, rows[name])}
      </Anchor>
      {since ? (
        <>
          {' '}
          since <Moment at={since} />
        </>
      ) : null}
    </Fragment>
  ))
}

/** Says which other parts of a file are in the lake, where one of them is about to be committed. */
export function PartsInLake({ of }: { of: OpenPart }) {
  const others = of.parts_in_lake.filter(({ name }) => !of.parts_read.includes(name))
  if (others.length === 0) return null
  return (
    <Text size="sm" role="note">
      In the lake already: <Listed of={{ ...of, parts_in_lake: others }} />.
    </Text>
  )
}

/** A file of which every part that has a dataset came in before; a hidden sheet may still be out. */
export function AllPartsInLake({
  of,
  onOpen,
  onOpenPart,
}: {
  of: Parts & Pick<Schemas['DryRun'], 'offered_parts' | 'hidden_parts'>
  onOpen: () => void
  onOpenPart: (part: string) => void
}) {
  const names = of.parts_in_lake.map(({ name }) => name)
  const lists = listsWithoutDataset(of, names)
  const hidden = (of.hidden_parts ?? []).filter((name) => !names.includes(name))
  return (
    <Alert color="gray" title={DUPLICATE}>
      {lists.length + hidden.length > 0 ? 'In the lake: ' : 'Every part of this file is in the lake: '}
      <Listed of={of} />. Sending one again accepts nothing new, unless you change something of it.{' '}
      {lists.length > 0
        ? `Not in yet: ${lists.map((name) => partWords(name, of.part_rows[name])).join(', ')}. Open the file and choose it as the part. `
        : ''}
      {hidden.length > 0
        ? `${inSeries(hidden.map((name) => `${name} (hidden)`))} ${hidden.length === 1 ? 'is' : 'are'} not in. `
        : ''}
      <Group gap="xs" component="span" display="inline-flex">
        {hidden.map((name) => (
          <Button key={name} size="compact-sm" variant="default" onClick={() => onOpenPart(name)}>
            Open {name}
          </Button>
        ))}
        <Button size="compact-sm" variant="default" onClick={onOpen}>
          Open it all the same
        </Button>
      </Group>
    </Alert>
  )
}
