import { DeleteButton } from '../../components/delete-button'

interface Props {
  name: string
  onDelete: () => void
}

/** The button that deletes a saved question with its panel; it asks first. */
export function DeleteQuestion({ name, onDelete }: Props) {
  return (
    <DeleteButton
      label="Delete this question"
      question={`Delete the question “${name}”?`}
      consequence="Its panel leaves your dashboard, too. The statement stays in the editor."
      onDelete={() => {
        onDelete()
        return true
      }}
    />
  )
}
