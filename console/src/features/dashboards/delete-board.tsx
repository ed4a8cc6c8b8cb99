import { useNavigate } from 'react-router'

import { DeleteButton } from '../../components/delete-button'
import { Failed } from '../../components/states'
import { OWN_BOARD } from './board-draft'
import { useDeleteBoard } from './written-boards'

/** The button that deletes a dashboard for everybody; it asks first. */
export function DeleteBoard({ system }: { system: string }) {
  const remove = useDeleteBoard()
  const goTo = useNavigate()
  async function deleteIt(): Promise<boolean> {
    try {
      await remove.mutateAsync(system)
      await goTo(`/dashboards/${OWN_BOARD}`)
      return true
    } catch {
      return false // the dialog shows the error
    }
  }
  return (
    <DeleteButton
      label="Delete"
      question="Delete this dashboard for everybody?"
      consequence="An earlier version can be used again."
      onDelete={deleteIt}
      isPending={remove.isPending}
      failure={remove.error ? <Failed error={remove.error} what="The dashboard" isAction /> : null}
    />
  )
}
