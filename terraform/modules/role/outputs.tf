# Whoever knows the role by these finds it with its policy: what starts before it may do anything fails at first.
output "arn" {
  description = "ARN of the role."
  value       = local.is_new ? aws_iam_role.this[0].arn : local.existing_arn
  depends_on  = [aws_iam_role_policy.this]
}

output "name" {
  description = "Name of the role."
  value       = local.is_new ? aws_iam_role.this[0].name : reverse(split("/", local.existing_arn))[0]
  depends_on  = [aws_iam_role_policy.this]
}

# The policy of a role may name roles whose trust names this one, so this output does not wait for it.
output "principal_arn" {
  description = "ARN of the role for the trust of other roles, known before the role has its policy."
  value       = local.is_new ? aws_iam_role.this[0].arn : local.existing_arn
}
