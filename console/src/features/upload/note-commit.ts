import type { Schemas } from '../../api/client'
import { forgetEdits } from '../import/kept-edits'
import { forget, keep, type Kept } from './kept-files'
import { noteUpload } from './last-uploads'
import { committedParts, keptForPart, openParts } from './next-part'
import { endUpload, noteFile } from './uploads-store'

/**
 * Note the commit of a file in this browser: its receipt is listed, and a reload opens the next part that is left.
 *
 * @param check the check that was committed; without one, as after a reload, the record of the file names its parts.
 */
export async function noteCommit(
  kept: Kept,
  { upload_id, file_id }: Schemas['Upload'],
  check?: Schemas['DryRun'],
): Promise<void> {
  noteFile(kept.id, file_id)
  noteUpload(file_id, kept.by)
  const parts = committedParts(kept, check)
  const next = check ? openParts(check, parts)[0] : undefined
  if (next === undefined) endUpload(kept.id)
  const later = next === undefined ? undefined : keptForPart(kept, next, parts, check?.part_datasets[next])
  // Both begin at once: a click on "Next" or "Close" forgets the file, which must come later.
  await Promise.all([
    later ? keep({ ...later, id: kept.id }).catch(() => undefined) : forget(kept.id),
    forgetEdits(upload_id),
  ])
}
