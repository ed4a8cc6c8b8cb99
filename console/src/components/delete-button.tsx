import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'

interface Props {
  label: string
  /** What it deletes, where the label alone does not say it. */
  name?: string
  question: string
  /** What else a deletion changes, and what stays. */
  consequence: ReactNode
  onOpen?: () => void
  /** The dialog closes when it is done, unless this promise says that it failed. */
  onDelete: () => Promise<boolean> | boolean
  isPending?: boolean
  failure?: ReactNode
}

/** A button that deletes something after a question. */
export function DeleteButton({
  label,
  name,
  question,
  consequence,
  onOpen,
  onDelete,
  isPending = false,
  failure,
}: Props) {
  const [opened, { open, close }] = useDisclosure(false, { onOpen })
  async function deleteIt(): Promise<void> {
    if (await onDelete()) close()
  }
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="gray" aria-label={name} onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={question}>
        <Stack>
          <Text size="sm" component="div">
            {consequence}
          </Text>
          {failure}
          <Group>
            <Button color="red" loading={isPending} onClick={() => void deleteIt()}>
              Delete
            </Button>
            <Button variant="default" onClick={close}>
              Keep it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
