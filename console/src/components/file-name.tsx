import { fileParts } from '../formats/words'

/** The key of a file on one line: where there is no room its folder gives way, because its last part tells it apart. */
export function FileName({ fileKey }: { fileKey: string }) {
  const [folder, last] = fileParts(fileKey)
  return (
    <span className="file-parts">
      <span>{folder}</span>
      <wbr />
      <span>{last}</span>
    </span>
  )
}
