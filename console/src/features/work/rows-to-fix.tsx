import { Anchor, Button, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useQuarantine } from '../lake/queries'
import { Moment } from '../../components/moment'
import { Answered, Empty } from '../../components/states'
import { fileParts } from '../../formats/words'
import { needOf } from './need-of'

type File = Schemas['WaitingFile']

/** The newest files that wait for a person. */
export function RowsToFix() {
  const quarantine = useQuarantine()
  return (
    <Answered of={quarantine} what="the files">
      {({ waiting, files_waiting: all }) =>
        waiting.length === 0 ? (
          <Empty>No file waits for a person. There is nothing to do here.</Empty>
        ) : (
          <>
            <ul className="queue" aria-label="Items">
              {waiting.map((file, place) => (
                <FileLine key={file.file_id} file={file} isFirst={place === 0} />
              ))}
            </ul>
            {all > waiting.length ? (
              <Text size="sm" className="muted">
                The newest of {count(all, 'file')} that wait. The others follow as these are done.
              </Text>
            ) : null}
          </>
        )
      }
    </Answered>
  )
}

/** A file with the way to its rows; the newest file is the one to begin with. */
function FileLine({ file, isFirst }: { file: File; isFirst: boolean }) {
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
        <Button component="a" href={page} size="compact-xs" variant={isFirst ? 'filled' : 'default'}>
          Open the rows
        </Button>
      </div>
    </li>
  )
}
