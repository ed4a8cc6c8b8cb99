import { Anchor, Button, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useFiles } from '../../api/queries'
import { MoreButton } from '../../components/more-button'
import { Moment } from '../../components/moment'
import { Answered, Empty } from '../../components/states'
import { fileParts } from '../../formats/words'

type File = Schemas['FileSummary']

const WAITING: Partial<Record<File['state'], string>> = {
  needs_mapping: 'Its columns are not known. Say which column is which field.',
  rejected: 'The file was rejected. Its page says why.',
  failed: 'The gate could not read it. Its page says why.',
}

/** Why a person is needed for a file; undefined where nobody is. */
export function needOf(file: File): string | undefined {
  if (file.state in WAITING) return WAITING[file.state]
  if (file.state !== 'done' || file.quarantined === 0) return undefined
  return `${count(file.quarantined, 'row')} of ${file.received.toLocaleString('en-GB')} wait for a correction.`
}

/** The newest files that wait for a person. */
export function RowsToFix() {
  const files = useFiles({})
  return (
    <Answered of={files} what="the files">
      {(found) => {
        const waiting = found.pages.flatMap((page) => page.files).filter((file) => needOf(file))
        return waiting.length === 0 ? (
          <Empty>No file waits for a person. There is nothing to do here.</Empty>
        ) : (
          <>
            <ul className="queue" aria-label="Items">
              {waiting.map((file) => (
                <FileLine key={file.file_id} file={file} />
              ))}
            </ul>
            <MoreButton pages={files}>Look through older files</MoreButton>
          </>
        )
      }}
    </Answered>
  )
}

function FileLine({ file }: { file: File }) {
  const page = `#/files/${encodeURIComponent(file.file_id)}`
  return (
    <li className="queue-item">
      <div className="queue-line">
        <Anchor size="sm" href={page} title={file.key} className="any-text">
          {fileParts(file.key).join('')}
        </Anchor>
        <Text size="sm" className="any-text">
          {needOf(file)}
        </Text>
        <Text size="sm" className="muted">
          <Moment at={file.received_at} />
        </Text>
        <Button component="a" href={page} size="compact-xs">
          Open the rows
        </Button>
      </div>
    </li>
  )
}
