import type { Schemas } from '../../api/client'
import { useFiles } from './queries'

type Sent = Pick<Schemas['FileDetail'], 'file_id' | 'key' | 'received_at'>

/** The newest accepted file of the same name before this one, which stays once this one is undone. */
export function useEarlierFile(file: Sent, isAsked: boolean): Schemas['FileSummary'] | undefined {
  const files = useFiles({ name: file.key }, isAsked)
  return earlierFile(files.data?.pages.flatMap((page) => page.files) ?? [], file)
}

/** The newest accepted file of a list with the same name before a file. */
export const earlierFile = (
  files: Schemas['FileSummary'][],
  { file_id: own, key: name, received_at: at }: Sent,
): Schemas['FileSummary'] | undefined =>
  files
    .filter(({ file_id: id, key, state }) => id !== own && key === name && state === 'done')
    .filter(({ received_at: before }) => before < at)
    .toSorted((one, other) => other.received_at.localeCompare(one.received_at))[0]
