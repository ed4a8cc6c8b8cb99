import { Text } from '@mantine/core'

import { useCaller, useMay } from '../../api/queries'
import { DeleteButton } from '../../components/delete-button'
import { Moment } from '../../components/moment'
import { Failed } from '../../components/states'
import { day } from '../../formats/moments'
import type { Mark } from './marks'
import { type Note, useWithdrawNote } from './notes'

/** The notes that a chart marks, with who wrote them and when; their authors and operators remove them. */
export function NoteList({ marks }: { marks: Mark[] }) {
  const withdraw = useWithdrawNote()
  const caller = useCaller().data?.name
  const mayAll = useMay('operator')
  const mayOwn = useMay('uploader')
  const notes = marks.flatMap((mark) => mark.notes)
  if (notes.length === 0) return null
  const mayRemove = (note: Note): boolean => mayAll || (mayOwn && note.written_by === caller)
  return (
    <>
      <ul className="history" aria-label="Notes">
        {notes.map((note) => (
          <li key={note.annotation_id}>
            <Text size="sm" span className="any-text">
              <b>{day(note.noted_on)}</b> {note.note}
            </Text>{' '}
            <Text size="xs" span className="muted">
              {note.written_by}, <Moment at={note.written_at} />
            </Text>
            {mayRemove(note) ? (
              <DeleteButton
                label="Remove"
                name={`Remove the note ${note.note}`}
                question="Remove this note for everybody?"
                consequence={`“${note.note}”, which ${note.written_by} wrote for ${day(note.noted_on)}. No chart marks it any more.`}
                isPending={withdraw.isPending}
                onDelete={() =>
                  withdraw.mutateAsync(note.annotation_id).then(
                    () => true,
                    () => false,
                  )
                }
                failure={
                  withdraw.error ? <Failed error={withdraw.error} what="The note" isAction /> : undefined
                }
              />
            ) : null}
          </li>
        ))}
      </ul>
    </>
  )
}
