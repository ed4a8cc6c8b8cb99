import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { stateWords } from '../../formats/states'
import { FileList, type pagesOf } from './file-list'

interface Props {
  files: Schemas['FileSummary'][]
  showsAll?: boolean
  /** Whether the list stands on the page Lake, which has the filter by state. */
  isLake?: boolean
  pages: ReturnType<typeof pagesOf>
  height?: number
}

/** The files with data. Manifests and others that are no data are listed by their state only. */
export function DataFiles({ files, showsAll = false, isLake = false, pages, height = 520 }: Props) {
  const data = files.filter(({ state }) => state !== 'ignored')
  const left = files.length - data.length
  if (showsAll || left === 0 || data.length === 0)
    return <FileList files={files} {...pages} height={height} />
  return (
    <>
      <FileList files={data} {...pages} height={height} />
      <Text size="sm" className="muted">
        {leftOutWords(left, isLake)}
      </Text>
    </>
  )
}

/** How many files are left out, and where they are listed. */
export function leftOutWords(left: number, isLake: boolean): string {
  const state = `“${stateWords('ignored')}”`
  const where = isLake ? `The state ${state} above lists` : `On the page Lake the state ${state} lists`
  return `${count(left, 'file')} without data, such as manifests, ${left === 1 ? 'is' : 'are'} left out. ${where} ${left === 1 ? 'it' : 'them'}.`
}
