import { Alert, Anchor, Button, Text } from '@mantine/core'
import { Fragment } from 'react'

import type { Schemas } from '../../api/client'
import { Moment } from '../../components/moment'
import { DUPLICATE } from '../files/repeat'
import { partWords } from './part-words'

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

/** A file of which every part came in before. */
export function AllPartsInLake({ of, onOpen }: { of: Parts; onOpen: () => void }) {
  return (
    <Alert color="gray" title={DUPLICATE}>
      Every part of this file is in the lake: <Listed of={of} />. Sending one again accepts nothing new,
      unless you change something of it.{' '}
      <Button size="compact-sm" variant="default" onClick={onOpen}>
        Open it all the same
      </Button>
    </Alert>
  )
}
