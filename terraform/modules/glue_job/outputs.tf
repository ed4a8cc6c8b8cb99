output "name" {
  description = "Name of the job."
  value       = aws_glue_job.this.name
}

output "arn" {
  description = "ARN of the job."
  value       = aws_glue_job.this.arn
}

output "policy" {
  description = "What its role may do, as JSON."
  value       = data.aws_iam_policy_document.this.json
}

output "arguments" {
  description = "Its default arguments."
  value       = aws_glue_job.this.default_arguments
}

output "connections" {
  description = "Connections whose network it runs in."
  value       = aws_glue_job.this.connections
}

output "max_concurrent_runs" {
  description = "How many of its runs may work at once."
  value       = var.max_concurrent_runs
}

output "execution_class" {
  description = "Execution class of its runs."
  value       = var.runtime.execution_class
}

output "worker_type" {
  description = "Kind of its workers."
  value       = var.runtime.workers.type
}

output "role_arn" {
  description = "ARN of its role."
  value       = module.role.arn
}

output "principal_arn" {
  description = "ARN of its role for the trust of other roles."
  value       = module.role.principal_arn
}
