import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { listWords } from '../import/part-words'

type File = Pick<Schemas['FileDetail'], 'key' | 'edited_before' | 'open_parts'>

interface Props {
  file: File
  /** How to go on with the other parts; by default the way to the page Upload. */
  goOn?: string
}

/** Leads from a file to the other parts of what was sent, such as the sheets of its workbook, that did not come in. */
export function OpenParts({ file, goOn }: Props) {
  const { key, edited_before: edits, open_parts: parts } = file
  const mayUpload = useMay('uploader')
  if (parts.length === 0) return null
  const sent = edits?.sent_as || (key.split('/').at(-1) ?? key)
  return (
    <Text size="sm">
      Not in yet from {sent}:{' '}
      {parts.map(({ name, is_list }) => (is_list ? listWords(name) : name)).join(', ')}.{' '}
      {mayUpload ? goOn : null}
      {mayUpload && goOn === undefined ? (
        <>
          Choose the file on <Anchor href="#/upload">Upload</Anchor>: it opens there.
        </>
      ) : null}
    </Text>
  )
}
