output "role_arn" {
  description = "ARN of the role that may start the state machine."
  value       = module.role.arn
}

output "settings" {
  description = "When it starts the state machine, and what it tells it."
  value = {
    state      = aws_scheduler_schedule.this.state
    expression = aws_scheduler_schedule.this.schedule_expression
    input      = one(aws_scheduler_schedule.this.target).input
  }
}
