import { Text, Textarea } from '@mantine/core'
import { useState } from 'react'

import { FormPopover } from '../../components/form-popover'
import { MAX_DESCRIPTION } from './limits'
import { useDescribe, useRemoval } from './queries'

/** The description of a dataset that somebody created; its creator and operators write it. */
export function DescribeDataset({ dataset, description }: { dataset: string; description: string }) {
  const mayDescribe = useRemoval(dataset).data?.may_describe
  const describe = useDescribe(dataset)
  // Until the person types, the form follows the description, which somebody else may change.
  const [typed, setTyped] = useState<string>()
  const text = typed ?? description
  if (!mayDescribe) return null
  return (
    <FormPopover
      label={description ? 'Edit the description' : 'Describe it'}
      submit="Save the description"
      what="The description"
      isComplete={text.trim() !== ''}
      onSubmit={async () => {
        await describe.mutateAsync(text.trim())
        setTyped(undefined)
        return (
          <Text span size="sm">
            Saved.
          </Text>
        )
      }}
      width={360}
    >
      <Textarea
        label="What are its rows?"
        placeholder="Visits and sales of our branches, one row per branch and day"
        rows={4}
        maxLength={MAX_DESCRIPTION}
        value={text}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </FormPopover>
  )
}
