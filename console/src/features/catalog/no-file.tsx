import { Anchor } from '@mantine/core'
import { useEffect, useState } from 'react'

import { Empty } from '../../components/states'
import { uploadsOf } from '../import/kept-edits'

/** A dataset without files; whoever has just created it may have left its rows on the page Upload. */
export function NoFile({ dataset }: { dataset: string }) {
  const [waiting, setWaiting] = useState(0)
  useEffect(() => {
    let isOpen = true
    void uploadsOf(dataset).then((uploads) => isOpen && setWaiting(uploads))
    return () => {
      isOpen = false
    }
  }, [dataset])
  if (waiting === 0)
    return (
      <Empty>
        No file of this dataset has arrived. <Anchor href="#/upload">Upload one</Anchor>
      </Empty>
    )
  return (
    <Empty>
      {waiting === 1 ? 'A file with its rows waits' : `${waiting} files with its rows wait`} for the commit on
      the page Upload; nothing of {waiting === 1 ? 'it' : 'them'} is in the lake yet.{' '}
      <Anchor href="#/upload">Open Upload</Anchor>
    </Empty>
  )
}
